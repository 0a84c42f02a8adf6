import { decodeBase64url, encodeBase64url } from '../../packages/links/src/base64url.ts'
import { formatShareLink, parseShareLink } from '../../packages/links/src/share-link.ts'
import { concat } from '../../packages/torrent/src/base/bytes.ts'
import { sha256 } from '../../packages/torrent/src/base/crypto.node.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'share-link': driver(parseShareLink, value => formatShareLink('https://page.example/', value)),
  // With the right checksum, which no mutation would find.
  'share-link-payload': driver((payload: Uint8Array) => {
    const framed = concat([Uint8Array.of(payload.length >> 8, payload.length), payload])
    return parseShareLink(`#s1${encodeBase64url(concat([framed, sha256(framed).subarray(0, 4)]))}`)
  }),
  base64url: driver(decodeBase64url, bytes => bytes && encodeBase64url(bytes)),
}
