import type { ContentLayout, RateLimits } from '../../api.ts'
import { formatHostPort } from '../../base/ip.ts'
import type { InfoHashes, Metainfo } from '../../metainfo/metainfo.ts'
import type { ResumeProgress } from '../../storage/record/resume-store.ts'

/**
 * The host is a name, an address without brackets, or, if it begins with `/`, a libp2p address,
 * which is not recorded.
 */
export interface NamedPeer {
  readonly host: string
  readonly port: number
}

/** Where a torrent comes from: its hashes and links, however it was added. */
export interface TorrentOrigin {
  readonly infoHashes: InfoHashes
  readonly name: string | undefined
  readonly metainfo: Metainfo | null
  /** In tiers (BEP 12): the torrent's own trackers and those that were added. */
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  /**
   * Whether the user set the trackers, or the web seeds: those in the .torrent are then ignored.
   */
  readonly ownTrackers?: boolean
  readonly ownWebSeeds?: boolean
  /** Peers given by the user, which are tried at each start. */
  readonly peers: readonly NamedPeer[]
  /** Real files wanted, as inclusive ranges of their indexes (BEP 53); undefined for all. */
  readonly select: readonly { readonly first: number; readonly last: number }[] | undefined
}

/** Where a torrent is stored and how it starts. */
export interface TorrentPlace {
  readonly directory: string
  readonly memory: boolean
  readonly trusted: boolean
  readonly sequential: boolean
  readonly superSeeding: boolean
  readonly firstLastFirst: boolean
  /** Whether to reserve the full size of new files. */
  readonly preallocate: boolean
  readonly limits: Partial<RateLimits> | undefined
  /** Paths, by index among all files, of files whose names differ from the torrent's. */
  readonly renamed?: ReadonlyMap<number, readonly string[]> | undefined
  readonly contentLayout?: ContentLayout | undefined
  /** The record of an earlier run. */
  readonly progress: ResumeProgress | null
}

/**
 * Adds the trackers (each in a tier of its own) and web seeds of another origin. Returns null if it
 * has no new ones.
 */
export function mergeOrigins(origin: TorrentOrigin, more: TorrentOrigin): TorrentOrigin | null {
  const knownTrackers = new Set(origin.trackers.flat())
  const trackers = [...new Set(more.trackers.flat())].filter(url => !knownTrackers.has(url))
  const webSeeds = more.webSeeds.filter(url => !origin.webSeeds.includes(url))
  if (trackers.length === 0 && webSeeds.length === 0) return null
  return {
    ...origin,
    trackers: [...origin.trackers, ...trackers.map(url => [url])],
    webSeeds: [...origin.webSeeds, ...new Set(webSeeds)],
  }
}

/** Keep the newest peers: many change their addresses from day to day. */
const MAX_KEPT_PEERS = 100

/** Merges peers without duplicates; later ones come last. */
export function mergePeers(peers: readonly NamedPeer[], more: readonly NamedPeer[]): NamedPeer[] {
  const all = new Map<string, NamedPeer>()
  for (const peer of [...peers, ...more]) {
    const key = formatHostPort(peer.host, peer.port)
    all.delete(key)
    all.set(key, peer)
  }
  return [...all.values()].slice(-MAX_KEPT_PEERS)
}

/**
 * Adds recorded data to the origin of a torrent that is added again: metadata, and the links that
 * its user set.
 */
export function withRecorded(origin: TorrentOrigin, recorded: TorrentOrigin): TorrentOrigin {
  return {
    ...origin,
    metainfo: origin.metainfo ?? recorded.metainfo,
    peers: mergePeers(recorded.peers, origin.peers),
    ...(recorded.ownTrackers && { trackers: recorded.trackers, ownTrackers: true }),
    ...(recorded.ownWebSeeds && { webSeeds: recorded.webSeeds, ownWebSeeds: true }),
  }
}
