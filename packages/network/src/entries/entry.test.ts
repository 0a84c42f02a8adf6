import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeEntry,
  type Entry,
  type EntrySigner,
  entryWords,
  isCurrent,
  MAX_ENTRY_BYTES,
  MAX_ENTRY_LIFE_SECONDS,
  signEntry,
  signWithdrawal,
  verifyEntry,
} from './entry.ts'

const seed = new Uint8Array(32).fill(5)
const signer: EntrySigner = {
  publicKey: ed25519.getPublicKey(seed),
  sign: message => ed25519.sign(message, seed),
}
const NOW = 1_800_000_000
const ENTRY: Omit<Entry, 'publisher'> = {
  infoHashV1: new Uint8Array(20).fill(1),
  infoHashV2: new Uint8Array(32).fill(2),
  sequence: 3,
  expires: NOW + 86_400,
  title: 'Café Müller – Größe.und-Straße 42',
  bytes: 2 ** 40,
  fileCount: 2,
  files: [
    { path: 'Café/one.mkv', bytes: 2 ** 39 },
    { path: 'Café/notes.txt', bytes: 7 },
  ],
  tags: ['dance', 'Film'],
  license: 'CC-BY-4.0',
  language: 'de',
  published: NOW,
  thumbnail: new Uint8Array(32).fill(9),
}

describe('an entry', () => {
  it('is the same after it was signed and decoded', () => {
    const signed = signEntry(ENTRY, signer)
    const decoded = decodeEntry(signed.bytes)
    expect(decoded).toEqual(signed)
    expect(decoded.entry).toEqual({ ...ENTRY, publisher: signer.publicKey })
    expect(verifyEntry(decoded)).toBe(true)
  })

  it('is not accepted after any change', () => {
    const { bytes } = signEntry(ENTRY, signer)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      let accepted = false
      try {
        accepted = verifyEntry(decodeEntry(changed))
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-message' })
      }
      expect(accepted).toBe(false)
    }
  })

  it('leaves out files for which there is no room, and refuses what is too long without any', () => {
    const files = Array.from({ length: 16 }, (_, i) => ({ path: `${i} ${'x'.repeat(200)}`, bytes: i }))
    const signed = signEntry({ ...ENTRY, files }, signer)
    expect(signed.bytes.length).toBeLessThanOrEqual(MAX_ENTRY_BYTES)
    expect(signed.entry.files).toEqual(files.slice(0, signed.entry.files.length))
    expect(signed.entry.files.length).toBeGreaterThan(0)
    const tags = Array.from({ length: 8 }, () => 'y'.repeat(64))
    const long = 'z'.repeat(64)
    const longest = { ...ENTRY, title: long.repeat(4), tags, files: [], license: long, language: long }
    expect(() => signEntry(longest, signer)).toThrow(expect.objectContaining({ code: 'too-large' }))
    expect(() => signEntry({ ...ENTRY, title: 'z'.repeat(257) }, signer)).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    )
  })

  it('has one ID in all its versions, and another for another torrent', () => {
    const first = signEntry(ENTRY, signer)
    const second = signEntry({ ...ENTRY, sequence: 4, title: 'New' }, signer)
    const other = signEntry({ ...ENTRY, infoHashV2: new Uint8Array(32) }, signer)
    const withdrawn = signWithdrawal(first.entry, signer, 5)
    expect([second.id, withdrawn.id]).toEqual([first.id, first.id])
    expect(other.id).not.toEqual(first.id)
    expect(withdrawn.entry.title).toBe('')
  })

  it('is valid from its publication until it expires, at most 30 days', () => {
    const at = (change: Partial<Entry>) => isCurrent({ ...signEntry(ENTRY, signer).entry, ...change }, NOW)
    expect(at({})).toBe(true)
    expect(at({ expires: NOW })).toBe(false)
    expect(at({ expires: NOW + MAX_ENTRY_LIFE_SECONDS + 7200 })).toBe(false)
    expect(at({ published: NOW + 7200 })).toBe(false)
  })

  it('is found by the words of its title, tags and files, without case and accents', () => {
    const { places, titleWords } = entryWords(signEntry(ENTRY, signer).entry)
    expect([...places]).toEqual([
      ...['cafe', 'muller', 'grosse', 'und', 'strasse', '42'].map(word => [word, 0]),
      ...['dance', 'film'].map(word => [word, 1]),
      ...['one', 'mkv', 'notes', 'txt'].map(word => [word, 2]),
    ])
    expect(titleWords).toBe(6)
    const many = Array.from({ length: 100 }, (_, i) => `w${i}`)
      .join(' ')
      .slice(0, 250)
    expect(entryWords({ ...signEntry(ENTRY, signer).entry, title: many }).places.size).toBe(32)
  })

  it('of any bytes is read or rejected as malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), received => {
        try {
          decodeEntry(received)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-message' })
        }
      }),
    )
    expect(() => decodeEntry(new Uint8Array(MAX_ENTRY_BYTES + 1))).toThrow('The entry is too long')
  })
})
