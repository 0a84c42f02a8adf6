import { decodeBase64url, encodeBase64url } from '../../packages/links/src/base64url.ts'
import { writeShareLink } from '../../packages/links/src/latest-link.ts'
import { parseShareLink } from '../../packages/links/src/share-link.ts'
import { concat } from '../../packages/torrent/src/base/bytes.ts'
import { crc32 } from '../../packages/torrent/src/base/crc32.ts'
import { sha256 } from '../../packages/torrent/src/base/crypto.node.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'share-link': driver(parseShareLink, share => {
    const { sources = [], select } = share.magnet
    // A magnet link after `#` can name metadata sources and a selection, which share links do not
    // have.
    return sources.length > 0 || select ? null : writeShareLink('https://page.example/', share)
  }),
  // With the correct checksum, which no mutation would find.
  'share-link-payload': driver((payload: Uint8Array) => {
    const framed = concat([Uint8Array.of(payload.length >> 8, payload.length), payload])
    return parseShareLink(`#s1${encodeBase64url(concat([framed, sha256(framed).subarray(0, 4)]))}`)
  }),
  'share-link-s2-payload': driver(
    (payload: Uint8Array) => {
      const framed = concat([lengthOf(payload), payload])
      return parseShareLink(`#s2${encodeBase64url(concat([framed, uint32(crc32(framed))]))}`)
    },
    // A link has a unique spelling: formatting a parsed link gives the input.
    share => {
      const bytes = decodeBase64url(writeShareLink('', share).slice(3))!
      return bytes.subarray(bytes[0]! > 0x7f ? 2 : 1, -4)
    },
  ),
  base64url: driver(decodeBase64url, bytes => bytes && encodeBase64url(bytes)),
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255)
}

/** The length as a varint of at most two bytes. */
function lengthOf({ length }: Uint8Array): Uint8Array {
  return length > 0x7f ? Uint8Array.of((length & 0x7f) | 0x80, length >> 7) : Uint8Array.of(length)
}
