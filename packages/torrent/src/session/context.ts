import type { EncryptionPolicy } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { LimitChain } from '../base/rate-limit.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import type { HashPool } from '../hash/hash-pool.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { ResumeStore } from '../storage/resume-store.ts'
import type { Storage } from '../storage/storage.ts'
import type { BlockCache } from '../swarm/block-cache.ts'
import type { HandshakeTopic } from '../swarm/handshakes.ts'
import type { PieceMemory } from '../swarm/piece-memory.ts'
import type { ReadyConnection } from '../swarm/swarm.ts'
import type { HttpRanges } from '../transport/http/http-ranges.ts'
import type { Connection, PeerAddress } from '../transport/transport.ts'
import type { SessionDiscovery } from './announcements.ts'
import type { Torrent } from './torrent.ts'

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
export interface SessionContext {
  readonly clock: Clock
  readonly random: Random
  readonly hashPool: HashPool
  readonly cache: BlockCache
  readonly memory: PieceMemory
  readonly resume: ResumeStore | null
  readonly peerId: Uint8Array
  readonly userAgent: string
  readonly listenPort: number
  readonly dhtPort: number
  readonly encryption: EncryptionPolicy
  readonly pex: boolean
  readonly uploadSlots: number
  readonly maxPeersPerTorrent: number
  maxPeersPerHost(host: string): number
  createStorage(place: StoragePlace): Storage
  mayDial(): boolean
  dial(address: PeerAddress, topic: HandshakeTopic, signal: AbortSignal): Promise<ReadyConnection>
  /** Limits of a connection of a torrent that has limits of its own. */
  throttles(torrent: Torrent, connection: Connection): { download: LimitChain; upload: LimitChain }
  /** Limits of what comes from one web seed; `host` as its URL has it. */
  webSeedThrottle(torrent: Torrent, host: string): LimitChain
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
  onDhtNode(host: string, port: number): void
  /** The torrent has something to do every second, or no longer. */
  setActive(torrent: Torrent, active: boolean): void
  /** The torrent was removed. */
  forget(torrent: Torrent): void
  /** The torrent turned out to have a further info hash. False when another torrent has it. */
  register(torrent: Torrent): boolean
}
