import { sha256 } from '@noble/hashes/sha2.js'
import { ShoalError } from '@shoal/torrent/errors'
import { isMagnet, parseMagnet } from '@shoal/torrent/magnet'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { chooseContents, type LinkOptions } from './choose.ts'
import { SECRET_BYTES, type ShareLink } from './contents.ts'
import { altered, cutShort, LinkError, type LinkErrorCode, tooNew } from './link-error.ts'
import { s1Contents, s1Frame } from './s1.ts'
import { s2Contents, s2Payload } from './s2.ts'

/**
 * Format of the text after `#`: `s2`, then in base64url: the length of the payload (a varint), the payload, and the first 4 bytes of the SHA-256 of
 * both. This detects links that were truncated by mail programs or mistyped. `s1` is the same with a length of 2 bytes, and another payload.
 */
const CHECK_BYTES = 4
const MAX_PAYLOAD_BYTES = 0xffff
/** Longest fragment in characters; enough for the largest payload. */
const MAX_FRAGMENT_LENGTH = 90_000

/**
 * Writes the link that opens `share` in the page at `page` (`https://host/`), with what its receivers can use of it, in at most 300 characters
 * (`chooseContents`). Throws `bad-argument` if the payload exceeds 64 KiB or the info hash is missing.
 */
export function formatShareLink(page: string, share: ShareLink, options: LinkOptions = {}): string {
  const link = (part: ShareLink) => writeShareLink(page, part)
  return link(chooseContents(page, share, options, part => link(part).length))
}

/** The same with everything that `share` has. */
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

/**
 * Returns a link that begins with `#` with the address of the page that opens it, without what its receivers there cannot use. Any other text is
 * returned as it is.
 */
export function linkAt(link: string, page: string): string {
  if (!link.startsWith('#')) return link
  const share = shareOf(link)
  return share ? formatShareLink(page, share) : `${page}${link}`
}

/** Returns true if `text` is a URL or fragment that looks like a share link, even if it cannot be parsed. */
export function isShareLink(text: string): boolean {
  return /^\s*(?:https?:\/\/[^#\s]*)?#s\d/i.test(text)
}

/**
 * Parses a share link, given as a URL or from `#` on. Also accepts a magnet link after `#`. Throws a `LinkError`: `not-a-link`, `cut-short`,
 * `altered` or `too-new`.
 */
export function parseShareLink(text: string): ShareLink {
  const at = text.indexOf('#')
  const fragment = text.slice(at + 1).trim()
  if (at < 0 || fragment === '') throw notALink()
  if (fragment.length > MAX_FRAGMENT_LENGTH) throw altered()
  if (isMagnet(fragment)) return { magnet: withLinkErrors('altered', () => parseMagnet(fragment)) }
  const [, version, body = ''] = /^s(\d)(.*)$/s.exec(fragment) ?? []
  if (version === undefined) throw notALink()
  if (version !== '1' && version !== '2') throw tooNew()
  const isFirst = version === '1'
  const payload = verifiedPayload(body, isFirst ? s1Frame : s2Frame)
  return withLinkErrors('altered', () => (isFirst ? s1Contents : s2Contents)(payload))
}

/** Returns the contents of a link, or null for text that is none, or not a whole one. */
export function shareOf(text: string): ShareLink | null {
  try {
    return parseShareLink(text)
  } catch (error) {
    if (error instanceof LinkError) return null
    throw error
  }
}

/** Runs `work` and turns the engine's errors into those of a link. */
function withLinkErrors<T>(code: LinkErrorCode, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ShoalError) throw new LinkError(code, error.message)
    throw error
  }
}

/** Decodes a body and verifies its length and checksum. */
function verifiedPayload(body: string, frameOf: typeof s2Frame): Uint8Array {
  // If the link is cut within a group of four characters, the group may not decode.
  const bytes = decodeBase64url(body) ?? decodeBase64url(body.slice(0, body.length & ~3))
  if (!bytes) throw altered()
  const { begin, lengthBytes } = frameOf(bytes)
  const end = begin + lengthBytes
  if (bytes.length < end + CHECK_BYTES) throw cutShort()
  const matches = checksum(bytes.subarray(0, end)).every((byte, at) => byte === bytes[end + at])
  if (bytes.length !== end + CHECK_BYTES || !matches) throw altered()
  return bytes.subarray(begin, end)
}

/** Returns where the payload begins, and its length. */
function s2Frame(bytes: Uint8Array): { readonly begin: number; readonly lengthBytes: number } {
  // A varint of this length is cut if all its bytes say that another one follows.
  if (bytes.every(byte => byte > 0x7f)) throw bytes.length < 3 ? cutShort() : altered()
  const reader = new ByteReader(bytes)
  const lengthBytes = reader.varint()
  const isLonger = reader.position > 1 && bytes[reader.position - 1] === 0
  if (isLonger) throw altered()
  return { begin: reader.position, lengthBytes }
}

function checkNumbers({ lengthBytes = 0, seal, room }: ShareLink): void {
  const secrets = [seal?.by === 'key' ? seal.key : undefined, room]
  const isValid = Number.isSafeInteger(lengthBytes) && lengthBytes >= 0
  if (!isValid || secrets.some(secret => secret && secret.length !== SECRET_BYTES))
    throw new LinkError(
      'bad-argument',
      `The length must be a positive integer, a key or secret has ${SECRET_BYTES} bytes`,
    )
}

function checksum(bytes: Uint8Array): Uint8Array {
  return sha256(bytes).subarray(0, CHECK_BYTES)
}

function notALink(): LinkError {
  return new LinkError(
    'not-a-link',
    'This is not a share link. Copy the complete link, including the part after #.',
  )
}
