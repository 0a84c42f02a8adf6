import type { LimitChain, RateLimitPair } from '../base/rate-limit.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { ResumeStore } from '../storage/record/resume-store.ts'
import type { Storage } from '../storage/storage.ts'
import type { PieceMemory } from '../swarm/pieces/piece-memory.ts'
import type { ConnectionLimits, SwarmContext } from '../swarm/swarm-context.ts'
import type { HttpRanges } from '../transport/http/http-ranges.ts'
import type { OwnPorts } from './own-ports.ts'

/** The discoveries that a session has. */
export type SessionDiscovery = 'tracker' | 'dht' | 'lsd'

/** The part of the session's discoveries that torrents use. */
export interface TorrentDiscoveries {
  /** Joins a torrent. Returns null if that discovery is off or cannot be used. */
  join(
    kind: SessionDiscovery,
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    trackers: readonly (readonly string[])[],
  ): Membership | null
}

/** Rate limits of web seeds. */
interface WebSeedLimits {
  /** The limits of one web seed, given those of its torrent; `host` is the one in its URL. */
  forWebSeed(host: string, torrentLimits: RateLimitPair): LimitChain
}

/** Rate limits of data that is sent to clients that are not peers. */
interface ReaderLimits {
  /** The limits of one reader at an IP address, given those of the torrent. */
  forReader(host: string, torrentLimits: RateLimitPair): LimitChain
}

/** Determines where the bytes of a torrent are stored. */
export interface StoragePlace {
  readonly layout: PieceLayout
  /** The info hash, which is unique among the torrents of one folder. */
  readonly name: string
  readonly directory: string
  readonly memory: boolean
  readonly preallocate: boolean
  readonly renamed: ReadonlyMap<number, readonly string[]>
}

/** Where the bytes of torrents are stored and hashed. */
export interface StorageServices {
  readonly hashPool: HashPool
  create(place: StoragePlace): Storage
}

/** The part of a session that all its torrents use. */
export interface SessionContext extends SwarmContext {
  readonly limits: ConnectionLimits & WebSeedLimits & ReaderLimits
  readonly ports: OwnPorts
  readonly storage: StorageServices
  readonly memory: PieceMemory
  readonly resume: ResumeStore | null
  /**
   * Whether nothing can be transferred because the session's route (a proxy, an interface) does not
   * work.
   */
  readonly routeFails: boolean
  /** Opens the HTTP connections of one web seed. */
  openHttpRanges(): HttpRanges
  /** Null until the session is open. */
  readonly discoveries: TorrentDiscoveries | null
  /** Resolves the host name of a peer given by the user to IP addresses. */
  resolve(host: string, signal: AbortSignal): Promise<string[]>
  /** Counts payload bytes. */
  onTransferred(downloaded: number, uploaded: number): void
}
