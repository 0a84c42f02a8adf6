/** How feed readers download a listing. */
import type { Listing } from '@shoal/hub-api'
import { readLink } from '../link.ts'

export const TORRENT_TYPE = 'application/x-bittorrent'

export interface FeedPlace {
  /** Origin of the hub for members, such as `https://hub.example.org`. */
  readonly origin: string
  /** The reader's key, contained in the URLs of their feed. Null if there is none. */
  readonly key: string | null
}

export interface Source {
  readonly url: string
  readonly type: string | undefined
}

/** URL of a listing's page. */
export function pageOf({ origin }: FeedPlace, id: string): string {
  return `${origin}/listings/${encodeURIComponent(id)}`
}

/**
 * URL of its `.torrent` if there is one, else its magnet link. Sealed shares use their own link:
 * without its key, the content cannot be read.
 */
export function sourceOf({ id, link, kind, hasTorrent }: Listing, { origin, key }: FeedPlace): Source {
  if (kind === 'sealed') return { url: link, type: undefined }
  if (!hasTorrent) return { url: readLink(link).magnet, type: TORRENT_TYPE }
  const query = key === null ? '' : `?key=${encodeURIComponent(key)}`
  return { url: `${origin}/api/listings/${encodeURIComponent(id)}/torrent${query}`, type: TORRENT_TYPE }
}
