import { sha256 } from '@noble/hashes/sha2.js'
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  decode,
  encode,
} from '@shoal/torrent/bencode'
import { ShoalError } from '@shoal/torrent/errors'
import { formatMagnet, isMagnet, type Magnet, parseMagnet } from '@shoal/torrent/magnet'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { LinkError } from './link-error.ts'

/** How to open a sealed share: with the key in the link, with a passphrase, or with the recipient's own key. */
export type Seal =
  | { readonly by: 'key'; readonly key: Uint8Array }
  | { readonly by: 'passphrase' }
  | { readonly by: 'recipient' }

/** Name of a sealed share's only file, the only name that others see. */
export const SEALED_NAME = 'sealed.age'

/** The contents of a share link. */
export interface ShareLink {
  /** The torrent and its sources, as in a magnet link. */
  readonly magnet: Pick<Magnet, 'infoHashes'> & Partial<Magnet>
  /** Total bytes of the content, which can be shown before any peer responds. */
  readonly lengthBytes?: number
  /** Absent if the content is not encrypted. */
  readonly seal?: Seal
  /** The secret of the share's chat room (decision 021), 32 bytes. A link with the key of its seal needs none: see `roomSecretOf`. */
  readonly room?: Uint8Array
}

/**
 * Format of the text after `#`: `s1`, then in base64url: the length of the dictionary (2 bytes, big-endian), a bencoded dictionary, and the first
 * 4 bytes of the SHA-256 of both. This detects links that were truncated by mail programs or mistyped.
 */
const VERSION = 's1'
const CHECK_BYTES = 4
const MAX_PAYLOAD_BYTES = 0xffff
/** Longest fragment in characters; enough for the largest payload. */
const MAX_FRAGMENT_LENGTH = 90_000
const SECRET_BYTES = 32

/**
 * Writes the link that opens `share` in the page at `page` (`https://host/`). Throws `bad-argument` if the payload exceeds 64 KiB or the info hash
 * is missing.
 */
export function formatShareLink(page: string, share: ShareLink): string {
  const { infoHashes, name, trackers, webSeeds, peers } = share.magnet
  if (!infoHashes.v1 && !infoHashes.v2) throw new LinkError('bad-argument', 'A share link needs an info hash')
  const { seal } = share
  const payload = encode({
    '1': infoHashes.v1,
    '2': infoHashes.v2,
    k: seal?.by === 'key' ? seal.key : undefined,
    l: share.lengthBytes,
    n: name,
    p: list(peers?.map(({ host, port }) => [host, port])),
    r: share.room,
    s: seal?.by,
    t: list(trackers),
    w: list(webSeeds),
  })
  if (payload.length > MAX_PAYLOAD_BYTES)
    throw new LinkError('bad-argument', 'The link would be too long. Use fewer trackers and web seeds.')
  const framed = new Uint8Array(2 + payload.length + CHECK_BYTES)
  framed[0] = payload.length >> 8
  framed[1] = payload.length
  framed.set(payload, 2)
  framed.set(checksum(framed.subarray(0, 2 + payload.length)), 2 + payload.length)
  return `${page.replace(/#.*$/, '')}#${VERSION}${encodeBase64url(framed)}`
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
  if (isMagnet(fragment)) return { magnet: withLinkErrors(() => parseMagnet(fragment)) }
  const [, version, body = ''] = /^s(\d)(.*)$/s.exec(fragment) ?? []
  if (version === undefined) throw notALink()
  if (version !== VERSION.slice(1))
    throw new LinkError(
      'too-new',
      'This link was created by a newer version of Shoal. Reload the page or update.',
    )
  const payload = verifiedPayload(body)
  return withLinkErrors(() => readPayload(payload))
}

/** Runs `read` and turns the engine's errors into `altered`. */
function withLinkErrors<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ShoalError) throw new LinkError('altered', error.message)
    throw error
  }
}

/** Decodes a body and verifies its length and checksum. */
function verifiedPayload(body: string): Uint8Array {
  const cut = new LinkError(
    'cut-short',
    'The end of this link is missing. Copy all of it, or ask for it again.',
  )
  // If the link is cut within a group of four characters, the group may not decode.
  const bytes = decodeBase64url(body) ?? decodeBase64url(body.slice(0, body.length & ~3))
  if (!bytes) throw altered()
  if (bytes.length < 2) throw cut
  const end = 2 + ((bytes[0]! << 8) | bytes[1]!)
  if (bytes.length < end + CHECK_BYTES) throw cut
  const expected = checksum(bytes.subarray(0, end))
  const matches = expected.every((byte, at) => byte === bytes[end + at])
  if (bytes.length !== end + CHECK_BYTES || !matches) throw altered()
  return bytes.subarray(2, end)
}

function readPayload(payload: Uint8Array): ShareLink {
  const dictionary = asDictionary(decode(payload))
  if (!dictionary) throw altered()
  const name = asText(dictionary.get('n'))
  const lengthBytes = asInteger(dictionary.get('l'))
  const seal = readSeal(dictionary)
  const room = asBytes(dictionary.get('r'))
  if (room && room.length !== SECRET_BYTES) throw altered()
  return {
    magnet: parseMagnet(
      formatMagnet({
        infoHashes: readHashes(dictionary),
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

function readHashes(dictionary: BencodeDictionary): Magnet['infoHashes'] {
  const v1 = asBytes(dictionary.get('1'))
  const v2 = asBytes(dictionary.get('2'))
  if ((!v1 && !v2) || (v1 && v1.length !== 20) || (v2 && v2.length !== 32)) throw altered()
  return { ...(v1 && { v1 }), ...(v2 && { v2 }) }
}

function readSeal(dictionary: BencodeDictionary): Seal | undefined {
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

function list<T>(items: readonly T[] | undefined): readonly T[] | undefined {
  return items?.length ? items : undefined
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

function altered(): LinkError {
  return new LinkError('altered', 'This link has been changed. Copy it again, or ask for it again.')
}
