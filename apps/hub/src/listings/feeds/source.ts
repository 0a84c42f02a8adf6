/** How a listing is downloaded by programs that read feeds. */
import type { Listing } from '@shoal/hub-api'
import { readLink } from '../link.ts'

export const TORRENT_TYPE = 'application/x-bittorrent'

export interface FeedPlace {
  /** Where members reach the hub, such as `https://hub.example.org`. */
  readonly origin: string
  /** The reader's key, which addresses in its feed contain. Null if it has none. */
  readonly key: string | null
}

export interface Source {
  readonly url: string
  readonly type: string | undefined
}

/** The page of a listing. */
export function pageOf({ origin }: FeedPlace, id: string): string {
  return `${origin}/listings/${encodeURIComponent(id)}`
}

/** Its `.torrent` if there is one, else its magnet link. Sealed shares have their own link: without its key, what a magnet link leads to cannot be read. */
export function sourceOf({ id, link, kind, hasTorrent }: Listing, { origin, key }: FeedPlace): Source {
  if (kind === 'sealed') return { url: link, type: undefined }
  if (!hasTorrent) return { url: readLink(link).magnet, type: TORRENT_TYPE }
  const query = key === null ? '' : `?key=${encodeURIComponent(key)}`
  return { url: `${origin}/api/listings/${encodeURIComponent(id)}/torrent${query}`, type: TORRENT_TYPE }
}
