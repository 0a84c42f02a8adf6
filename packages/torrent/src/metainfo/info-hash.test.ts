import { describe, expect, it } from 'vitest'
import { sha1, sha256 } from '#crypto'
import { base32, hex } from '../base/bytes.ts'
import { fileCid, torrentCid } from './cid.ts'
import { infoHashText, parseInfoHash } from './info-hash.ts'

const v1 = new Uint8Array(sha1(new Uint8Array(0)))
const v2 = new Uint8Array(sha256(new Uint8Array(0)))

describe('parseInfoHash', () => {
  it('parses every common notation', () => {
    for (const text of [
      hex(v1),
      hex(v1).toUpperCase(),
      base32(v1),
      base32(v1).toUpperCase(),
      ` ${hex(v1)}\n`,
      torrentCid({ v1 }),
    ]) {
      expect(parseInfoHash(text)).toEqual({ v1 })
    }
    for (const text of [
      hex(v2),
      `1220${hex(v2)}`,
      `1220${hex(v2).toUpperCase()}`,
      torrentCid({ v2 }),
      torrentCid({ v2 }).toUpperCase(),
    ]) {
      expect(parseInfoHash(text)).toEqual({ v2 })
    }
  })

  it.each([
    '',
    'x',
    hex(v1).slice(1),
    `${hex(v1).slice(1)}g`,
    `${base32(v1).slice(1)}1`,
    `1114${hex(v2)}`,
    fileCid(v2),
    'baf5r',
    `${' '.repeat(1000)}${hex(v1)}`,
  ])('refuses %j', text => {
    expect(() => parseInfoHash(text)).toThrow(expect.objectContaining({ code: 'bad-info-hash' }))
  })
})

describe('infoHashText', () => {
  it('prefers the v1 hash', () => {
    expect(infoHashText({ v1, v2 })).toBe(hex(v1))
    expect(infoHashText({ v2 })).toBe(hex(v2))
    expect(() => infoHashText({})).toThrow(expect.objectContaining({ code: 'bad-info-hash' }))
  })
})
