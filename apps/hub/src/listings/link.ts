/** Links of listings: parses what they refer to, without opening them. */
import { Failure } from '@shoal/daemon/failure'
import { parseShareLink } from '@shoal/links'
import { hex } from '@shoal/torrent/base'
import { formatMagnet, type MagnetParts, parseMagnet } from '@shoal/torrent/magnet'
import { isMutableMagnet, parseMutableMagnet } from '@shoal/torrent/mutable-magnet'

export interface LinkFacts {
  readonly kind: 'open' | 'sealed' | 'published'
  /** In lower-case hex. Both are null if `kind` is `published`. */
  readonly infoHashV1: string | null
  readonly infoHashV2: string | null
  /** Magnet link without a key, for clients that do not read share links. */
  readonly magnet: string
  /** Null if the link does not contain it. */
  readonly sizeBytes: number | null
}

/**
 * Parses a magnet link (`magnet:?…`, also one of BEP 46) or a share link (`http://…#…` or
 * `https://…#…`). Throws `bad-link` for anything else: pages show it as a link, so it must not be
 * `javascript:…#s1…`, for example, which has the fragment of a share.
 */
export function readLink(link: string): LinkFacts {
  if (/[\s\p{Cc}]/u.test(link)) throw bad('contains spaces or control characters')
  if (/^magnet:\?/i.test(link)) return isMutableMagnet(link) ? published(link) : ofMagnet(link)
  const url = URL.parse(link)
  if (!url || !/^https?:\/\//i.test(link)) throw bad('is neither a magnet link nor a share link')
  if (url.username !== '' || url.password !== '') throw bad('contains a user name')
  const { magnet, seal, lengthBytes } = reading(() => parseShareLink(link))
  return { ...factsOf(magnet), kind: seal ? 'sealed' : 'open', sizeBytes: lengthBytes ?? null }
}

function published(link: string): LinkFacts {
  reading(() => parseMutableMagnet(link))
  return { kind: 'published', infoHashV1: null, infoHashV2: null, magnet: link, sizeBytes: null }
}

function ofMagnet(link: string): LinkFacts {
  const facts = factsOf(reading(() => parseMagnet(link)))
  const size = /[?&]xl=(\d{1,15})(?:&|$)/i.exec(link)?.[1]
  return { ...facts, kind: 'open', magnet: link, sizeBytes: size === undefined ? null : Number(size) }
}

function factsOf(magnet: MagnetParts): Pick<LinkFacts, 'infoHashV1' | 'infoHashV2' | 'magnet'> {
  const { v1, v2 } = magnet.infoHashes
  return {
    infoHashV1: v1 ? hex(v1) : null,
    infoHashV2: v2 ? hex(v2) : null,
    magnet: formatMagnet(magnet),
  }
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw bad(`cannot be read: ${(error as Error).message}`, error)
  }
}

function bad(what: string, cause?: unknown): Failure {
  return new Failure('bad-link', `this link ${what}`, { field: 'link', cause })
}
