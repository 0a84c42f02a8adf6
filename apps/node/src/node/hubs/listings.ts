/** Searches the listings of hubs, and publishes torrents of this node in them. */
import type { CheckedInputOf, HubListing } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { ListingSummary } from '@shoal/hub-api'
import type { HubApi } from '@shoal/hub-api/client'
import { withoutLocalPage } from '@shoal/links'
import { formatMagnet } from '@shoal/torrent/magnet'
import type { ManagedTorrent, Torrents } from '../torrents/service.ts'

const MAX_TRACKERS = 8

/** Searches a hub. Rejects with an ApiError. */
export async function searchListings(
  { api, url }: { readonly api: HubApi; readonly url: string },
  { text, category, tag, cursor, limit }: Omit<CheckedInputOf<'searchHub'>, 'hub'>,
  call: { signal?: AbortSignal } = {},
) {
  const { items, next } = await api.listListings(
    {
      limit,
      ...(text !== '' && { text }),
      ...(category !== undefined && { category }),
      ...(tag !== undefined && { tag }),
      ...(cursor !== undefined && { cursor }),
    },
    call,
  )
  return { items: items.map(each => toListing(each, url)), next }
}

/**
 * Publishes a link or a torrent of this node. The torrent is then announced at the hub's tracker,
 * unless that is private. Rejects with an ApiError or a Failure: `bad-argument`, `refused` for
 * private torrents and sealed shares.
 */
export async function publishListing(
  { api, url }: { readonly api: HubApi; readonly url: string },
  { torrent: id, link: given, title, ...rest }: Omit<CheckedInputOf<'publishAtHub'>, 'hub'>,
  { registry }: Pick<Torrents, 'registry'>,
  call: { signal?: AbortSignal } = {},
): Promise<HubListing> {
  if ((id === undefined) === (given === undefined))
    throw new Failure('bad-argument', 'name either a torrent of the list or a link', {
      field: given === undefined ? 'torrent' : 'link',
    })
  const torrent = id === undefined ? null : mustPublish(registry.find(id))
  if (!torrent && title === undefined)
    throw new Failure('bad-argument', 'a link is published with a title', { field: 'title' })
  const added = torrent ? await announceAt(torrent, { api, url }, call) : []
  const published = await api.publishListing(
    {
      ...{ ...rest, title: title ?? cut(torrent!.name), link: given ?? linkOf(torrent!, added) },
      ...(torrent?.api.metainfo && {
        sizeBytes: torrent.api.metainfo.info.lengthBytes,
        fileCount: torrent.api.files.length,
      }),
    },
    call,
  )
  return toListing(published, url)
}

function mustPublish(torrent: ManagedTorrent | null): ManagedTorrent {
  if (!torrent || torrent.row.removedMs !== null)
    throw new Failure('not-found', 'there is no such torrent in the list', { field: 'torrent' })
  if (torrent.api.metainfo?.info.private)
    throw new Failure('refused', `${torrent.name} is private: only its own trackers may name its peers`, {
      field: 'torrent',
    })
  if (torrent.sealed)
    throw new Failure(
      'refused',
      `${torrent.name} is sealed: publish one of its share links instead, which may contain its key`,
      { field: 'torrent' },
    )
  return torrent
}

/** Adds the hub's tracker to a torrent. Returns its URLs. */
async function announceAt(
  torrent: ManagedTorrent,
  { api, url }: { readonly api: HubApi; readonly url: string },
  call: { signal?: AbortSignal },
): Promise<readonly string[]> {
  const { trackers, isTrackerPrivate } = await api.getHub({}, call)
  if (isTrackerPrivate) return []
  const own = trackers.filter(each => isTrackerOf(each, url)).slice(0, MAX_TRACKERS)
  const known = torrent.api.trackers.flat()
  const missing = own.filter(each => !known.includes(each))
  if (missing.length > 0)
    await torrent.api.setTrackers([...torrent.api.trackers, ...missing.map(each => [each])])
  return own
}

/** A hub can only name its own tracker. */
function isTrackerOf(tracker: string, hub: string): boolean {
  const url = URL.parse(tracker)
  return (
    url !== null &&
    /^(?:https?|wss?|udp):$/.test(url.protocol) &&
    url.hostname === new URL(hub).hostname &&
    tracker.length <= 300
  )
}

/**
 * Puts the hub's trackers first, and drops URLs with a secret, such as the passkey of another
 * tracker.
 */
function linkOf({ api, name }: ManagedTorrent, own: readonly string[]): string {
  const trackers = [...new Set([...own, ...api.trackers.flat().filter(isPlainTracker)])]
  return formatMagnet({ infoHashes: api.infoHashes, name, trackers: trackers.slice(0, 4 * MAX_TRACKERS) })
}

/** Returns whether a tracker URL consists only of a host and the usual path. */
function isPlainTracker(tracker: string): boolean {
  const url = URL.parse(tracker)
  return (
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    /^(?:\/(?:announce)?)?$/.test(url.pathname)
  )
}

function toListing(listing: ListingSummary, hub: string): HubListing {
  const { id, title, category, tags, link, sizeBytes, fileCount, author, createdMs, seeders, leechers } =
    listing
  return {
    ...{ id, title, category, tags, sizeBytes, fileCount, createdMs, seeders, leechers },
    // Any member could have written it.
    link: withoutLocalPage(link),
    url: `${hub}/listings/${encodeURIComponent(id)}`,
    author: author.name || author.did,
  }
}

/** Returns the longest prefix that is allowed as a title: 256 bytes of UTF-8. */
function cut(name: string): string {
  let title = name.toWellFormed().slice(0, 256)
  while (Buffer.byteLength(title) > 256) title = title.slice(0, -1)
  return title.toWellFormed()
}
