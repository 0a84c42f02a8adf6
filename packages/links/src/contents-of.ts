import { ShoalError } from '@shoal/torrent/errors'
import { isMagnet, parseMagnet } from '@shoal/torrent/magnet'
import { decodeBase64url } from './base64url.ts'
import type { ShareLink } from './contents.ts'
import { altered, cutShort, LinkError, type LinkErrorCode } from './link-error.ts'

/** Number of bytes of the checksum at the end of every version. */
export const CHECK_BYTES = 4
export const MAX_PAYLOAD_BYTES = 0xffff
/** Longest fragment in characters; enough for the largest payload. */
const MAX_FRAGMENT_LENGTH = 90_000

/** Framing and parsing of a version's payload. */
export interface LinkVersion {
  /** Returns the offset of the payload, and its length. Throws `cut-short` or `altered`. */
  frameOf(bytes: Uint8Array): { readonly begin: number; readonly lengthBytes: number }
  checksum(bytes: Uint8Array): Uint8Array
  /** Throws `altered` or `too-new`, or an error of the engine. */
  contents(payload: Uint8Array): ShareLink
}

/**
 * Returns the contents of a link, given as a URL or from `#` on. Also accepts a magnet link after
 * `#`. Null if `versions` does not contain the version of the link, by its digit. Throws a
 * `LinkError`: `not-a-link`, `cut-short`, `altered`, or `too-new` for contents that this version
 * does not know.
 */
export function contentsOf(text: string, versions: Readonly<Record<string, LinkVersion>>): ShareLink | null {
  const at = text.indexOf('#')
  const fragment = text.slice(at + 1).trim()
  if (at < 0 || fragment === '') throw notALink()
  if (fragment.length > MAX_FRAGMENT_LENGTH) throw altered()
  if (isMagnet(fragment)) return { magnet: withLinkErrors('altered', () => parseMagnet(fragment)) }
  const [, digit, body = ''] = /^s(\d)(.*)$/s.exec(fragment) ?? []
  if (digit === undefined) throw notALink()
  const version = versions[digit]
  return version ? withLinkErrors('altered', () => version.contents(verifiedPayload(body, version))) : null
}

/** Runs `work` and turns the engine's errors into those of a link. */
export function withLinkErrors<T>(code: LinkErrorCode, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ShoalError) throw new LinkError(code, error.message)
    throw error
  }
}

/** Decodes a body and verifies its length and checksum. */
function verifiedPayload(body: string, { frameOf, checksum }: LinkVersion): Uint8Array {
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

function notALink(): LinkError {
  return new LinkError(
    'not-a-link',
    'This is not a share link. Copy the complete link, including the part after #.',
  )
}
