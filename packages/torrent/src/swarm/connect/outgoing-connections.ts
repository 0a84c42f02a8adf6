import { equalBytes } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import { handshakeTopic } from '../handshake/handshakes.ts'
import type { ReadyConnection } from '../handshake/ready-connection.ts'
import type { Peer } from '../peer/peer.ts'
import type { SwarmState } from '../swarm-state.ts'
import type { Candidate, PeerPool } from './peer-pool.ts'

export interface OutgoingConnectionsOptions {
  readonly swarm: SwarmState
  readonly pool: PeerPool
  readonly peers: ReadonlyMap<number, Peer>
  /** Accepts a connection whose handshakes are done, or closes it and returns false. */
  accept(ready: ReadyConnection, candidate: Candidate): boolean
  /** The same client, if it is connected already. */
  duplicatePeer(ready: ReadyConnection): Peer | undefined
}

/**
 * Connects to addresses of the pool, as many at a time as the limits allow, and keeps track of
 * each peer's address.
 */
export class OutgoingConnections {
  readonly #options: OutgoingConnectionsOptions
  /** By ID of the peer. */
  readonly #candidates = new Map<number, Candidate>()
  readonly #dials = new Set<AbortController>()
  /** Called with an address that could not be connected to. */
  onFailed: ((candidate: Candidate, error: unknown) => void) | null = null
  #stopped = false

  constructor(options: OutgoingConnectionsOptions) {
    this.#options = options
  }

  /** Number of connections being made. */
  get count(): number {
    return this.#dials.size
  }

  /** Dials as many addresses as the limits of torrent and session allow. */
  dialMore(): void {
    const { swarm, pool } = this.#options
    const now = swarm.clock.nowMs()
    while (this.mayDial) {
      const candidate = pool.next(now, swarm.uploadOnly)
      if (!candidate) return
      void this.dial(candidate).then(error => error && this.onFailed?.(candidate, error))
    }
  }

  /** Whether another connection fits the limits of torrent and session. */
  get mayDial(): boolean {
    const { swarm, peers } = this.#options
    const { context } = swarm
    const count = peers.size + this.#dials.size
    return !this.#stopped && count < context.settings.maxPeersPerTorrent && context.connector.mayDial()
  }

  /**
   * Connects to an address of the pool, which `address` may restrict to one transport. Resolves
   * with the error if that fails.
   */
  dial(candidate: Candidate, address = candidate.address): Promise<unknown> {
    const { swarm } = this.#options
    candidate.state = 'connecting'
    const abort = new AbortController()
    this.#dials.add(abort)
    return swarm.context.connector
      .dial(address, handshakeTopic(swarm.torrent.infoHashes), abort.signal, swarm.torrent.sourcesOff)
      .then(
        ready => this.#onReady(candidate, ready),
        error => {
          this.#failed(candidate)
          return error
        },
      )
      .finally(() => {
        this.#dials.delete(abort)
        this.dialMore()
      })
  }

  /** Aborts the connections being made and makes no more until `resume`. */
  stop(): void {
    this.#stopped = true
    for (const abort of this.#dials) abort.abort(new ShoalError('closed', 'the torrent was stopped'))
  }

  resume(): void {
    this.#stopped = false
    this.dialMore()
  }

  /** The peer is connected at the candidate's address. */
  connected(peer: Peer, candidate: Candidate): void {
    candidate.state = 'connected'
    this.#candidates.set(peer.id, candidate)
  }

  /** A peer disconnected: its usefulness decides when its address is tried again. */
  onPeerClosed(peer: Peer, error: Error | undefined): void {
    const candidate = this.#candidates.get(peer.id)
    if (!candidate) return
    const { swarm, pool } = this.#options
    this.#candidates.delete(peer.id)
    candidate.uploadOnly = peer.pieces.uploadOnly
    const useful = peer.download.totalBytes + peer.upload.totalBytes > 0
    if (useful && !error) pool.ended(candidate, swarm.clock.nowMs())
    else pool.failed(candidate, swarm.clock.nowMs())
  }

  /**
   * An incoming peer reported its listening address: it need not be dialed now, but can be after
   * it disconnects.
   */
  onListenPort(peer: Peer, port: number): void {
    const { pool } = this.#options
    const { dialableAddress, incoming } = peer.link.connection
    if (!incoming || !dialableAddress || this.#candidates.has(peer.id)) return
    const isComplete = dialableAddress.port > 0 || dialableAddress.kind !== undefined
    const address: PeerAddress = isComplete ? dialableAddress : { ...dialableAddress, port }
    pool.add([address], 'incoming')
    const candidate = pool.find(address)
    if (candidate?.state === 'idle') this.connected(peer, candidate)
  }

  /** Closes the peers whose addresses the pool has forgotten. */
  closeForgotten(): void {
    for (const [id, candidate] of this.#candidates)
      if (this.#isForgotten(candidate)) this.#options.peers.get(id)?.close()
  }

  /** A dial failed, so another one may be made. */
  #failed(candidate: Candidate): void {
    const { swarm, pool } = this.#options
    if (candidate.state !== 'connected') pool.failed(candidate, swarm.clock.nowMs())
  }

  #onReady(candidate: Candidate, ready: ReadyConnection): void {
    const { swarm, pool, accept } = this.#options
    if (this.#isForgotten(candidate)) ready.connection.close()
    else if (equalBytes(ready.handshake.peerId, swarm.context.peerId)) {
      // We dialed ourselves.
      ready.connection.close()
      pool.remove(candidate)
    } else if (!accept(ready, candidate)) this.#onRefused(candidate, ready)
  }

  /** The connection was not kept. If the client is connected already, its address is known now. */
  #onRefused(candidate: Candidate, ready: ReadyConnection): void {
    const duplicate = this.#options.duplicatePeer(ready)
    if (duplicate && !this.#candidates.has(duplicate.id)) this.connected(duplicate, candidate)
    else this.#failed(candidate)
  }

  #isForgotten(candidate: Candidate): boolean {
    return this.#options.pool.find(candidate.address) !== candidate
  }
}
