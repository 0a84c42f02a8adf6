import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { parseMutableMagnet, signedItemBytes } from '@shoal/torrent'
import { encode } from '@shoal/torrent/bencode'
import { expect, test } from 'vitest'
import { nextVersion, publishedLink, shortHash, signVersion } from './published-link.ts'

const HASH = '00ff10'.padEnd(40, 'a')
const NO_SALT = new Uint8Array(0)

/** RFC 8410: a key derived from a text. */
function privateKey(text: string) {
  const seed = createHash('sha256').update(text).digest()
  const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

const owner = {
  derive(purpose: string, name: string) {
    const secret = privateKey(`${purpose} ${name}`)
    const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' })
    return {
      publicKey: new Uint8Array(spki.subarray(-32)),
      sign: (message: Uint8Array) => new Uint8Array(sign(null, message, secret)),
    }
  },
}

test('each name has a link of its own, whose key signs its versions', () => {
  const link = publishedLink(owner, 'films')
  expect(publishedLink(owner, 'films')).toBe(link)
  expect(publishedLink(owner, 'music')).not.toBe(link)
  const { publicKey } = owner.derive('publish', 'films')
  expect(parseMutableMagnet(link)).toEqual({ publicKey, salt: NO_SALT })
  const value = encode({ ih: new Uint8Array(Buffer.from(HASH, 'hex')) })
  const signature = signVersion(owner, 'films', HASH, 7n)
  expect(signature).toMatch(/^[0-9a-f]{128}$/)
  const bytes = signedItemBytes({ salt: NO_SALT, seq: 7n, value })
  const key = createPublicKey(privateKey('publish films'))
  expect(verify(null, bytes, key, Buffer.from(signature, 'hex'))).toBe(true)
})

test('versions count up, and the same torrent keeps its own', () => {
  expect(nextVersion({ version: null, infoHash: null }, HASH)).toBe(1n)
  expect(nextVersion({ version: '9007199254740993', infoHash: 'b' }, HASH)).toBe(9_007_199_254_740_994n)
  expect(nextVersion({ version: '4', infoHash: HASH }, HASH)).toBe(4n)
})

test('a v2 torrent is named by the beginning of its info hash', () => {
  const infoHashV2 = '12'.repeat(32)
  expect(shortHash({ infoHashV1: HASH, infoHashV2 })).toBe(HASH)
  expect(shortHash({ infoHashV1: null, infoHashV2 })).toBe('12'.repeat(20))
})
