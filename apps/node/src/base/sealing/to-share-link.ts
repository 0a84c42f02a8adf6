import { Failure } from '@shoal/daemon/failure'
import {
  isShareLink,
  LinkError,
  pageTrackers,
  parseShareLink,
  type ShareLink,
  withoutLocalPage,
} from '@shoal/links'
import type { TorrentApi, TorrentSource } from '@shoal/torrent'

/**
 * Parses a share link; returns null for any other source. The trackers are those of
 * `withPageTrackers`. Throws `bad-request` for a truncated or altered link.
 */
export function toShareLink(
  source: TorrentSource,
  options: { readonly outsideOnly?: boolean } = {},
): ShareLink | null {
  if (typeof source !== 'string' || !isShareLink(source)) return null
  try {
    return withPageTrackers(parseShareLink(source), source, options)
  } catch (error) {
    if (!(error instanceof LinkError)) throw error
    throw new Failure('bad-request', error.message, { field: 'source', cause: error })
  }
}

/**
 * Adds the trackers of the host that a share link leads to, with the highest priority, as on its
 * page. `outsideOnly`: a stranger wrote the link, so hosts in the local network are left out.
 */
export function withPageTrackers(
  share: ShareLink,
  link: string,
  { outsideOnly = false }: { readonly outsideOnly?: boolean } = {},
): ShareLink {
  const added = pageTrackers(outsideOnly ? withoutLocalPage(link) : link)
  const trackers = [...new Set([...added, ...(share.magnet.trackers ?? [])])]
  return { ...share, magnet: { ...share.magnet, trackers } }
}

/**
 * Removes the trackers of a share link's host from a torrent that turns out to be private when its
 * metadata arrives: it must only be announced to its own trackers.
 */
export function leavePageIfPrivate(torrent: TorrentApi, source: string): void {
  const own = new Set(pageTrackers(source))
  if (own.size === 0 || torrent.metainfo) return
  torrent
    .whenMetadata()
    .then(async info => {
      if (info.private)
        await torrent.setTrackers(torrent.trackers.map(tier => tier.filter(url => !own.has(url))))
    })
    // A torrent that is removed before needs no change.
    .catch(() => {})
}
