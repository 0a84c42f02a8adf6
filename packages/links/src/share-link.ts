import { sha256 } from '@noble/hashes/sha2.js'
import { formatMagnet, type Magnet, parseMagnet, ShoalError } from '@shoal/torrent'
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
import { base64url, fromBase64url } from './base64url.ts'
import { LinkError } from './link-error.ts'

/** How a sealed share is opened: by the key in the link, by a passphrase, or by a key that the recipient has. */
export type Seal =
  | { readonly by: 'key'; readonly key: Uint8Array }
  | { readonly by: 'passphrase' }
  | { readonly by: 'recipient' }

/** Name of the one file that others see of a sealed share, and nothing else. */
export const SEALED_NAME = 'sealed.age'

/** What a share link says. */
export interface ShareLink {
  /** What to fetch and from whom, as a magnet link says it. */
  readonly magnet: Pick<Magnet, 'infoHashes'> & Partial<Magnet>
  /** Bytes of the whole content, to show before anybody answers. */
  readonly lengthBytes?: number
  /** Absent when the content is not encrypted. */
  readonly seal?: Seal
}

/**
 * The text after `#`: `s1`, then base64url of the length of the rest (2 bytes, big-endian), a bencoded dictionary and the first 4 bytes of the
 * SHA-256 of both. So a link that a mail program cut or somebody mistyped is known for what it is.
 */
const VERSION = 's1'
const CHECK_BYTES = 4
const MAX_PAYLOAD_BYTES = 0xffff
/** Of a fragment in characters; more than any payload takes. */
const MAX_FRAGMENT_LENGTH = 90_000
const SEAL_KEY_BYTES = 32

/**
 * The link that opens `share` in the page at `page` (`https://host/`). Throws `bad-argument` when it becomes longer than 64 KiB, or without an
 * info hash.
 */
export function formatShareLink(page: string, share: ShareLink): string {
  const { infoHashes, name, trackers, webSeeds, peers } = share.magnet
  if (!infoHashes.v1 && !infoHashes.v2) throw new LinkError('bad-argument', 'a share link needs an info hash')
  const { seal } = share
  const payload = encode({
    '1': infoHashes.v1,
    '2': infoHashes.v2,
    k: seal?.by === 'key' ? seal.key : undefined,
    l: share.lengthBytes,
    n: name,
    p: list(peers?.map(({ host, port }) => [host, port])),
    s: seal?.by,
    t: list(trackers),
    w: list(webSeeds),
  })
  if (payload.length > MAX_PAYLOAD_BYTES)
    throw new LinkError('bad-argument', 'the link becomes too long: name fewer trackers and web seeds')
  const framed = new Uint8Array(2 + payload.length + CHECK_BYTES)
  framed[0] = payload.length >> 8
  framed[1] = payload.length
  framed.set(payload, 2)
  framed.set(checkOf(framed.subarray(0, 2 + payload.length)), 2 + payload.length)
  return `${page.replace(/#.*$/, '')}#${VERSION}${base64url(framed)}`
}

/** Whether `text` is a URL or fragment that claims to be a share link, readable or not. */
export function isShareLink(text: string): boolean {
  return /^\s*(?:https?:\/\/[^#\s]*)?#s\d/i.test(text)
}

/**
 * Reads a share link: a whole URL or what begins with `#`. A magnet link after `#` is taken too. Throws a `LinkError`: `not-a-link`, `cut-short`,
 * `altered` or `too-new`.
 */
export function parseShareLink(text: string): ShareLink {
  const at = text.indexOf('#')
  const fragment = text.slice(at + 1).trim()
  if (at < 0 || fragment === '')
    throw new LinkError(
      'not-a-link',
      'there is no share in this address: ask for the whole link, with what follows #',
    )
  if (fragment.length > MAX_FRAGMENT_LENGTH)
    throw new LinkError('altered', 'this link is longer than any that Shoal makes: ask for it again')
  if (/^magnet:/i.test(fragment)) return { magnet: translated(() => parseMagnet(fragment)) }
  const [, version, body = ''] = /^s(\d)(.*)$/s.exec(fragment) ?? []
  if (version === undefined)
    throw new LinkError('not-a-link', 'this is not a share link: copy all of it, with what follows #')
  if (version !== VERSION.slice(1))
    throw new LinkError('too-new', 'this link was made by a newer Shoal: reload the page or update')
  const payload = verified(body)
  return translated(() => readPayload(payload))
}

/** What `read` gives; what the engine finds wrong is wrong with the link. */
function translated<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ShoalError) throw new LinkError('altered', error.message)
    throw error
  }
}

/** The payload of a body whose length and checksum are right. */
function verified(body: string): Uint8Array {
  const altered = new LinkError(
    'altered',
    'this link was changed on its way: copy it again, or ask for it again',
  )
  const cut = new LinkError(
    'cut-short',
    'the end of this link is missing: copy all of it, or ask for it again',
  )
  // Cut anywhere, the rest of a group of four may spell no byte.
  const bytes = fromBase64url(body.length % 4 === 1 ? body.slice(0, -1) : body)
  if (!bytes) throw altered
  if (bytes.length < 2) throw cut
  const end = 2 + ((bytes[0]! << 8) | bytes[1]!)
  if (bytes.length < end + CHECK_BYTES) throw cut
  const check = checkOf(bytes.subarray(0, end))
  const right = bytes.length === end + CHECK_BYTES && check.every((byte, at) => byte === bytes[end + at])
  if (!right) throw altered
  return bytes.subarray(2, end)
}

function readPayload(payload: Uint8Array): ShareLink {
  const dictionary = asDictionary(decode(payload))
  if (!dictionary) throw new LinkError('altered', 'this link holds no share: ask for it again')
  const name = asText(dictionary.get('n'))
  const lengthBytes = asInteger(dictionary.get('l'))
  const seal = readSeal(dictionary)
  return {
    magnet: parseMagnet(
      formatMagnet({
        infoHashes: readHashes(dictionary),
        ...(name !== undefined && { name }),
        trackers: texts(dictionary, 't'),
        webSeeds: texts(dictionary, 'w'),
        peers: (asList(dictionary.get('p')) ?? []).flatMap(entry => {
          const [host, port] = asList(entry) ?? []
          return [{ host: asText(host) ?? '', port: asInteger(port) ?? 0 }]
        }),
      }),
    ),
    ...(lengthBytes !== undefined && lengthBytes >= 0 && { lengthBytes }),
    ...(seal && { seal }),
  }
}

function readHashes(dictionary: BencodeDictionary): Magnet['infoHashes'] {
  const v1 = asBytes(dictionary.get('1'))
  const v2 = asBytes(dictionary.get('2'))
  if ((!v1 && !v2) || (v1 && v1.length !== 20) || (v2 && v2.length !== 32))
    throw new LinkError('altered', 'this link names no content: ask for it again')
  return { ...(v1 && { v1 }), ...(v2 && { v2 }) }
}

function readSeal(dictionary: BencodeDictionary): Seal | undefined {
  const by = asText(dictionary.get('s'))
  if (by === undefined) return undefined
  if (by === 'passphrase' || by === 'recipient') return { by }
  const key = asBytes(dictionary.get('k'))
  if (by !== 'key' || key?.length !== SEAL_KEY_BYTES)
    throw new LinkError('too-new', 'this share is sealed in a way that this Shoal does not know: update')
  return { by, key: key.slice() }
}

function texts(dictionary: BencodeDictionary, key: string): string[] {
  return (asList(dictionary.get(key)) ?? []).flatMap(entry => asText(entry) ?? [])
}

function list<T>(items: readonly T[] | undefined): readonly T[] | undefined {
  return items?.length ? items : undefined
}

function checkOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes).subarray(0, CHECK_BYTES)
}
