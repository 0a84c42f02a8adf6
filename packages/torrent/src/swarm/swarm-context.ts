import type { PeerStatus, SwitchableSource } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import type { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { LimitChain, RateLimitPair } from '../base/rate-limit.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import type { LoadRecognition, Recognition } from '../recognition-api.ts'
import type { Connection, PeerAddress } from '../transport/transport.ts'
import type { HandshakeTopic } from './handshake/handshakes.ts'
import type { ReadyConnection } from './handshake/ready-connection.ts'
import type { BlockCache } from './pieces/block-cache.ts'

/** Rate limits of connections. */
export interface ConnectionLimits {
  /** The limits of one connection, given those of its torrent. */
  forConnection(connection: Connection, torrentLimits: RateLimitPair): ThrottlePair
}

/** The chains of limits that one connection obeys. */
export interface ThrottlePair {
  readonly download: LimitChain
  readonly upload: LimitChain
}

/** Settings of a session that its swarms obey. They may change at any time. */
export interface SwarmSettings {
  /** Whether peers are exchanged (BEP 11) in torrents that are not private. */
  readonly pex: boolean
  readonly uploadSlots: number
  readonly maxPeersPerTorrent: number
}

/** Our addresses as others see them, and the resulting canonical priorities of peers (BEP 40). */
export interface OwnAddresses {
  /** Changes with the addresses, and with it all priorities. */
  readonly version: number
  /** A peer at the address `voter` reports the address at which it sees us. */
  vote(voter: string, seen: string): void
  /** 32 bits, the higher the better; 0 while our address is unknown. */
  priorityOf(peer: PeerAddress): number
  /** Whether we accept connections at an address, as far as known. */
  isOurs(address: PeerAddress): boolean
}

/**
 * The endpoints that a session has recently sent datagrams to, so that peers behind NATs can
 * connect (BEP 55).
 */
export interface Holes {
  /** Whether we take part in hole punching. */
  readonly isOn: boolean
  /** Whether to punch a hole to the address now; remembers it if so. */
  admit(address: PeerAddress): boolean
  /** We request a relay to make the peer at an address connect to us. */
  asked(address: PeerAddress): void
  /** Whether a connection resulted from a request to a relay. */
  has(connection: Pick<Connection, 'kind' | 'remote'>): boolean
}

/** Makes the outgoing connections of a session. */
export interface Connector {
  /**
   * Whether another connection fits the session's limits. A connection attempt counts until `dial`
   * settles.
   */
  mayDial(): boolean
  /**
   * Connects, over transports of other kinds than `without`, and shakes hands. Rejects with a
   * ShoalError or the signal's reason.
   */
  dial(
    address: PeerAddress,
    topic: HandshakeTopic,
    signal: AbortSignal,
    without?: readonly string[],
  ): Promise<ReadyConnection>
}

/** The part of a session that its swarms use. */
export interface SwarmContext {
  readonly clock: Clock
  readonly random: Random
  readonly cache: BlockCache
  readonly peerId: Uint8Array
  /** Empty if peers must not know it. */
  readonly userAgent: string
  /** Whether nothing that is sent may reveal who we are. */
  readonly isAnonymous: boolean
  /** The port at which a peer with this IP address can dial us; 0 if none accepts connections. */
  readonly ports: { for(host: string): number }
  /** Port of our DHT node; 0 without one. */
  readonly dhtPort: number
  readonly settings: SwarmSettings
  /** Maximum number of connections from one IP address to one torrent. */
  maxPeersPerHost(host: string): number
  /** Whether the session's IP filter blocks the address. Counts the peer if so. */
  isBlocked(host: string): boolean
  /** `connections`: peers that are connected to all torrents. Each swarm counts its own. */
  readonly counts: { connections: number }
  readonly connector: Connector
  readonly limits: ConnectionLimits
  onDhtNode(host: string, port: number): void
  readonly ownAddresses: OwnAddresses
  readonly holes: Holes
  /**
   * Recognition of Shoal peers (`sh_peer`); absent if it is off. In browsers a function that loads
   * it.
   */
  readonly recognition?: Recognition | LoadRecognition | undefined
}

/** The part of a torrent that its swarm reads. All of it may change when the metadata arrives. */
export interface SwarmTorrent {
  readonly infoHashes: InfoHashes
  readonly isPrivate: boolean
  /** Whether to super-seed it once it is complete (BEP 16). */
  readonly isSuperSeeding: boolean
  /** Kinds of sources that are switched off. */
  readonly sourcesOff: readonly SwitchableSource[] | undefined
  /**
   * The torrent's own limits; created on the first call, so that a limit set later applies to open
   * connections.
   */
  ownLimits(): RateLimitPair
}

/** Events a swarm reports to its torrent. */
export interface SwarmEvents {
  /** Peers sent the info dictionary; its hash is the torrent's info hash. */
  onMetadata(info: Uint8Array): void
  /** Hashes of v2 pieces became known: more pieces can be requested. */
  onHashes(): void
  /** A piece was verified and stored. */
  onPiece(piece: number): void
  onWriteError(error: ShoalError): void
  onReadError(piece: number, error: unknown): void
  /** Payload bytes that were received and sent. */
  onTransferred(downloaded: number, uploaded: number): void
  onPeerClosed(peer: PeerStatus): void
  /** Peers connected or disconnected. */
  onPeersChanged(): void
  log(line: string): void
}
