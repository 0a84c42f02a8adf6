import type { Clock } from '../base/clock.ts'
import type { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { LimitChain } from '../base/rate-limit.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import type { BlockCache } from '../swarm/block-cache.ts'
import type { HandshakeTopic } from '../swarm/handshakes.ts'
import type { Peer } from '../swarm/peer.ts'
import type { ReadyConnection, SwarmOwner } from '../swarm/swarm.ts'
import type { Connection, PeerAddress } from '../transport/transport.ts'
import type { SessionContext } from './context.ts'
import type { Torrent } from './torrent.ts'

/** What happens in a swarm, as its torrent hears of it. */
export interface SwarmEvents {
  onMetadata(info: Uint8Array): void
  onHashes(): void
  onPiece(piece: number): void
  onWriteError(error: ShoalError): void
  onReadError(piece: number, error: unknown): void
  onTransferred(downloaded: number, uploaded: number): void
  onPeerClosed(peer: Peer): void
  onPeersChanged(): void
  log(line: string): void
}

/** The torrent names itself so in handshakes: by v1 where it has it, since every client knows that. */
export function handshakeTopic({ v1, v2 }: InfoHashes): HandshakeTopic {
  const short = v2?.subarray(0, 20)
  if (!v1) return { infoHash: short!, v2: true }
  return { infoHash: v1, upgrade: short, v2: false }
}

/** Joins a swarm to its torrent and session. */
export class TorrentSwarm implements SwarmOwner {
  readonly #context: SessionContext
  readonly #torrent: Torrent
  readonly #events: SwarmEvents

  constructor(context: SessionContext, torrent: Torrent, events: SwarmEvents) {
    this.#context = context
    this.#torrent = torrent
    this.#events = events
  }

  get clock(): Clock {
    return this.#context.clock
  }
  get random(): Random {
    return this.#context.random
  }
  get cache(): BlockCache {
    return this.#context.cache
  }
  get infoHashes(): InfoHashes {
    return this.#torrent.infoHashes
  }
  get peerId(): Uint8Array {
    return this.#context.peerId
  }
  get userAgent(): string {
    return this.#context.userAgent
  }
  get listenPort(): number {
    return this.#context.listenPort
  }
  get dhtPort(): number {
    return this.#torrent.isPrivate ? 0 : this.#context.dhtPort
  }
  get exchangesPeers(): boolean {
    return this.#context.pex && !this.#torrent.isPrivate
  }
  get uploadSlots(): number {
    return this.#context.uploadSlots
  }
  get maxPeers(): number {
    return this.#context.maxPeersPerTorrent
  }

  maxPeersPerHost(host: string): number {
    return this.#context.maxPeersPerHost(host)
  }

  mayDial(): boolean {
    return this.#context.mayDial()
  }

  dial(address: PeerAddress, signal: AbortSignal): Promise<ReadyConnection> {
    return this.#context.dial(address, handshakeTopic(this.#torrent.infoHashes), signal)
  }

  throttles(connection: Connection): { download: LimitChain; upload: LimitChain } {
    return this.#context.throttles(this.#torrent, connection)
  }

  onDhtNode(host: string, port: number): void {
    if (!this.#torrent.isPrivate) this.#context.onDhtNode(host, port)
  }

  onMetadata(info: Uint8Array): void {
    this.#events.onMetadata(info)
  }
  onHashes(): void {
    this.#events.onHashes()
  }
  onPiece(piece: number): void {
    this.#events.onPiece(piece)
  }
  onWriteError(error: ShoalError): void {
    this.#events.onWriteError(error)
  }
  onReadError(piece: number, error: unknown): void {
    this.#events.onReadError(piece, error)
  }
  onTransferred(downloaded: number, uploaded: number): void {
    this.#events.onTransferred(downloaded, uploaded)
  }
  onPeerClosed(peer: Peer): void {
    this.#events.onPeerClosed(peer)
  }
  onPeersChanged(): void {
    this.#events.onPeersChanged()
  }
  log(line: string): void {
    this.#events.log(line)
  }
}
