import type { RateLimits } from '../../api.ts'
import { formatHostPort } from '../../base/ip.ts'
import type { InfoHashes, Metainfo } from '../../metainfo/metainfo.ts'
import type { ResumeProgress } from '../../storage/resume-store.ts'

/** The host is a name or an address without brackets. */
export interface NamedPeer {
  readonly host: string
  readonly port: number
}

/** What a torrent is made of, wherever it came from. */
export interface TorrentOrigin {
  readonly infoHashes: InfoHashes
  readonly name: string | undefined
  readonly metainfo: Metainfo | null
  /** Tiers (BEP 12): its own and those added to it. */
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  /** Its user has set the trackers, or the web seeds: what the .torrent names besides does not count. */
  readonly ownTrackers?: boolean
  readonly ownWebSeeds?: boolean
  /** Named by its user: they are tried at each start. */
  readonly peers: readonly NamedPeer[]
  /** Real files wanted, as inclusive ranges of their indexes (BEP 53); undefined for all. */
  readonly select: readonly { readonly first: number; readonly last: number }[] | undefined
}

/** Where a torrent lives and how it begins. */
export interface TorrentPlace {
  readonly directory: string
  readonly memory: boolean
  readonly trusted: boolean
  readonly sequential: boolean
  /** Reserve the whole room of new files. */
  readonly preallocate: boolean
  readonly limits: Partial<RateLimits> | undefined
  /** Paths of files that are not called as the torrent says, by index among all. */
  readonly renamed?: ReadonlyMap<number, readonly string[]> | undefined
  /** What was recorded in an earlier run. */
  readonly progress: ResumeProgress | null
}

/** The origin with what another adds to it: trackers (each in a tier of its own), web seeds. Null when that is nothing new. */
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

/** Peers that are kept, the newest: many change their addresses from day to day. */
const MAX_KEPT_PEERS = 100

/** Each once; those named last are the last. */
export function mergePeers(peers: readonly NamedPeer[], more: readonly NamedPeer[]): NamedPeer[] {
  const all = new Map<string, NamedPeer>()
  for (const peer of [...peers, ...more]) {
    const key = formatHostPort(peer.host, peer.port)
    all.delete(key)
    all.set(key, peer)
  }
  return [...all.values()].slice(-MAX_KEPT_PEERS)
}

/** The origin of a torrent that is added again, with what was recorded of it: metadata, and the links that its user set. */
export function withRecorded(origin: TorrentOrigin, recorded: TorrentOrigin): TorrentOrigin {
  return {
    ...origin,
    metainfo: origin.metainfo ?? recorded.metainfo,
    peers: mergePeers(recorded.peers, origin.peers),
    ...(recorded.ownTrackers && { trackers: recorded.trackers, ownTrackers: true }),
    ...(recorded.ownWebSeeds && { webSeeds: recorded.webSeeds, ownWebSeeds: true }),
  }
}
