import type { EncryptionPolicy } from '../api.ts'
import type { LimitChain, RateLimitPair } from '../base/rate-limit.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { ResumeStore } from '../storage/resume-store.ts'
import type { Storage } from '../storage/storage.ts'
import type { PieceMemory } from '../swarm/piece-memory.ts'
import type { SwarmContext } from '../swarm/swarm-context.ts'
import type { HttpRanges } from '../transport/http/http-ranges.ts'

/** The discoveries that a session has. */
export type SessionDiscovery = 'tracker' | 'dht' | 'lsd'

/** Where a torrent's bytes go. */
export interface StoragePlace {
  readonly layout: PieceLayout
  /** The info hash: unique among torrents of one folder. */
  readonly name: string
  readonly directory: string
  readonly memory: boolean
  readonly preallocate: boolean
  readonly renamed: ReadonlyMap<number, readonly string[]>
}

/** What all torrents of a session share. */
export interface SessionContext extends SwarmContext {
  readonly hashPool: HashPool
  readonly memory: PieceMemory
  readonly resume: ResumeStore | null
  readonly encryption: EncryptionPolicy
  createStorage(place: StoragePlace): Storage
  /** Rate limits of one web seed, given those of its torrent; `host` is the one in its URL. */
  webSeedThrottle(host: string, torrentLimits: RateLimitPair): LimitChain
  /** Connections of one web seed. */
  openHttpRanges(): HttpRanges
  /** Joins a torrent to one of the session's discoveries; null when it is off or of no use to the torrent. */
  joinDiscovery(
    kind: SessionDiscovery,
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    trackers: readonly (readonly string[])[],
  ): Membership | null
  /** Host names to addresses, for peers that a user names. */
  resolve(host: string, signal: AbortSignal): Promise<string[]>
  /** Payload went down and up. */
  onTransferred(downloaded: number, uploaded: number): void
}
