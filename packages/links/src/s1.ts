/**
 * Version 1 of share links, written by earlier releases: a bencoded dictionary. It is only read.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  decode,
} from '@shoal/torrent/bencode'
import { formatMagnet, type Magnet, parseMagnet } from '@shoal/torrent/magnet'
import { SECRET_BYTES, type Seal, type ShareLink } from './contents.ts'
import { CHECK_BYTES, type LinkVersion } from './contents-of.ts'
import { altered, cutShort, LinkError } from './link-error.ts'

/**
 * In base64url: the length of the dictionary (2 bytes, big-endian), the dictionary, and the first 4
 * bytes of the SHA-256 of both.
 */
export const S1: LinkVersion = {
  frameOf(bytes) {
    if (bytes.length < 2) throw cutShort()
    return { begin: 2, lengthBytes: (bytes[0]! << 8) | bytes[1]! }
  },
  checksum: bytes => sha256(bytes).subarray(0, CHECK_BYTES),
  contents,
}

function contents(payload: Uint8Array): ShareLink {
  const dictionary = asDictionary(decode(payload))
  if (!dictionary) throw altered()
  const name = asText(dictionary.get('n'))
  const lengthBytes = asInteger(dictionary.get('l'))
  const seal = sealOf(dictionary)
  const room = asBytes(dictionary.get('r'))
  if (room && room.length !== SECRET_BYTES) throw altered()
  return {
    magnet: parseMagnet(
      formatMagnet({
        infoHashes: hashesOf(dictionary),
        ...(name !== undefined && { name }),
        trackers: strings(dictionary, 't'),
        webSeeds: strings(dictionary, 'w'),
        peers: (asList(dictionary.get('p')) ?? []).flatMap(entry => {
          const [host, port] = asList(entry) ?? []
          return [{ host: asText(host) ?? '', port: asInteger(port) ?? 0 }]
        }),
      }),
    ),
    ...(lengthBytes !== undefined && lengthBytes >= 0 && { lengthBytes }),
    ...(seal && { seal }),
    ...(room && { room }),
  }
}

function hashesOf(dictionary: BencodeDictionary): Magnet['infoHashes'] {
  const v1 = asBytes(dictionary.get('1'))
  const v2 = asBytes(dictionary.get('2'))
  if ((!v1 && !v2) || (v1 && v1.length !== 20) || (v2 && v2.length !== 32)) throw altered()
  return { ...(v1 && { v1 }), ...(v2 && { v2 }) }
}

function sealOf(dictionary: BencodeDictionary): Seal | undefined {
  const by = asText(dictionary.get('s'))
  if (by === undefined) return undefined
  if (by === 'passphrase' || by === 'recipient') return { by }
  const key = asBytes(dictionary.get('k'))
  if (by !== 'key' || key?.length !== SECRET_BYTES)
    throw new LinkError(
      'too-new',
      'This version of Shoal does not support how the share is sealed. Update Shoal.',
    )
  return { by, key: key.slice() }
}

function strings(dictionary: BencodeDictionary, key: string): string[] {
  return (asList(dictionary.get(key)) ?? []).flatMap(entry => asText(entry) ?? [])
}
