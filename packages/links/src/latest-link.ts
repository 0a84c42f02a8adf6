/** Links of the current version: all that a page needs before it shows one. */
import { crc32 } from '@shoal/torrent/base'
import { encodeBase64url } from './base64url.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { chooseContents, type LinkOptions } from './choose.ts'
import { isRoomHub, SECRET_BYTES, type ShareLink } from './contents.ts'
import {
  CHECK_BYTES,
  contentsOf,
  type LinkVersion,
  MAX_PAYLOAD_BYTES,
  withLinkErrors,
} from './contents-of.ts'
import { altered, cutShort, LinkError, tooNew } from './link-error.ts'
import { s2Contents, s2Payload } from './s2.ts'

/**
 * Format of the text after `#`: `s2`, then in base64url: the length of the payload (a varint), the
 * payload, and the CRC-32 of both, big-endian. This detects links that were truncated by mail
 * programs or mistyped.
 */
export const S2: LinkVersion = { frameOf, checksum, contents: s2Contents }

/**
 * Writes the link that opens `share` in the page at `page` (`https://host/`), with the sources
 * that its receivers can use, in at most 300 characters (`chooseContents`). Throws `bad-argument`
 * if the payload exceeds 64 KiB or the info hash is missing.
 */
export function formatShareLink(page: string, share: ShareLink, options: LinkOptions = {}): string {
  const link = (part: ShareLink) => writeShareLink(page, part)
  return link(chooseContents(page, share, options, part => link(part).length))
}

/** The same with all sources of `share`. */
export function writeShareLink(page: string, share: ShareLink): string {
  const { infoHashes } = share.magnet
  if (!infoHashes.v1 && !infoHashes.v2) throw new LinkError('bad-argument', 'A share link needs an info hash')
  checkNumbers(share)
  const payload = withLinkErrors('bad-argument', () => s2Payload(share))
  if (payload.length > MAX_PAYLOAD_BYTES)
    throw new LinkError('bad-argument', 'The link would be too long. Use fewer trackers and web seeds.')
  const framed = new ByteWriter()
  framed.sized(payload)
  framed.bytes(checksum(framed.toBytes()))
  return `${page.replace(/#.*$/s, '')}#s2${encodeBase64url(framed.toBytes())}`
}

/** Like `parseShareLink`, but returns null for a link of an earlier version. */
export function parseLatestLink(text: string): ShareLink | null {
  const share = contentsOf(text, { 2: S2 })
  if (!share && !/#\s*s[01]/.test(text)) throw tooNew()
  return share
}

function frameOf(bytes: Uint8Array): { readonly begin: number; readonly lengthBytes: number } {
  // A varint of this length is truncated if all its bytes have the continuation bit.
  if (bytes.every(byte => byte > 0x7f)) throw bytes.length < 3 ? cutShort() : altered()
  const reader = new ByteReader(bytes)
  const lengthBytes = reader.varint()
  const isLonger = reader.position > 1 && bytes[reader.position - 1] === 0
  if (isLonger) throw altered()
  return { begin: reader.position, lengthBytes }
}

function checksum(bytes: Uint8Array): Uint8Array {
  const check = new Uint8Array(CHECK_BYTES)
  new DataView(check.buffer).setUint32(0, crc32(bytes))
  return check
}

function checkNumbers(share: ShareLink): void {
  const { lengthBytes = 0, seal, room } = share
  if (share.roomHub !== undefined && !isRoomHub(share))
    throw new LinkError(
      'bad-argument',
      'Only the link of a room names a hub, by its origin: https://hub.example',
    )
  const secrets = [seal?.by === 'key' ? seal.key : undefined, room]
  const isValid = Number.isSafeInteger(lengthBytes) && lengthBytes >= 0
  if (!isValid || secrets.some(secret => secret && secret.length !== SECRET_BYTES))
    throw new LinkError(
      'bad-argument',
      `The length must be a positive integer, a key or secret has ${SECRET_BYTES} bytes`,
    )
}
