import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { PexPeer } from '../wire/extensions/ut-pex.ts'
import type { BlockCache } from './block-cache.ts'
import type { FastGate } from './fast-gate.ts'
import type { HashExchange } from './hash-exchange.ts'
import type { MetadataExchange } from './metadata-exchange.ts'
import type { Peer } from './peer.ts'
import type { Transfer } from './transfer.ts'

/** What a peer sees of the swarm that it is in. */
export interface SwarmHost {
  readonly clock: Clock
  readonly random: Random
  readonly cache: BlockCache
  /** Null while the metadata is unknown. */
  readonly transfer: Transfer | null
  readonly metadata: MetadataExchange
  readonly hashes: HashExchange
  /** Who may be served while choked (BEP 6). */
  readonly fastGate: FastGate
  /** Port of our DHT node, 0 when there is none or the torrent is private. */
  readonly dhtPort: number
  /** Port that we accept connections on, 0 when none. */
  readonly listenPort: number
  readonly userAgent: string
  /** Whether peers are exchanged (BEP 11): not for private torrents (BEP 27). */
  readonly exchangesPeers: boolean
  /** We download nothing more (BEP 21). */
  readonly uploadOnly: boolean
  /** Peers that others may be told of. */
  pexPeers(): PexPeer[]
  onPexPeers(from: Peer, peers: readonly PexPeer[]): void
  onPeerClosed(peer: Peer, error: Error | undefined): void
  onInterestChanged(peer: Peer): void
  /** The peer downloads nothing more. */
  onUploadOnly(peer: Peer): void
  /** The peer said how it can be reached. */
  onListenPort(peer: Peer, port: number): void
  onDhtNode(host: string, port: number): void
  onDownloaded(peer: Peer, bytes: number): void
  onUploaded(peer: Peer, bytes: number): void
  onWasted(bytes: number): void
  onReadError(piece: number, error: unknown): void
}
