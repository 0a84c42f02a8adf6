import { ShoalError } from '../base/errors.ts'
import type { Connection, PeerAddress } from '../transport/transport.ts'
import { samePeer } from './admission.ts'
import { handshakeTopic } from './handshakes.ts'
import type { Peer } from './peer.ts'
import type { Candidate, PeerPool } from './peer-pool.ts'
import type { ReadyConnection } from './ready-connection.ts'
import type { Swarm } from './swarm.ts'
import type { SwarmContext, SwarmTorrent } from './swarm-context.ts'

/** Connects to addresses of the pool, as many at a time as may be, and knows which peer came of which address. */
export class Dialling {
  readonly #swarm: Swarm
  readonly #context: SwarmContext
  readonly #torrent: SwarmTorrent
  readonly #pool: PeerPool
  /** By peer. */
  readonly #candidates = new Map<number, Candidate>()
  readonly #dials = new Set<AbortController>()

  constructor(swarm: Swarm, context: SwarmContext, torrent: SwarmTorrent) {
    this.#swarm = swarm
    this.#context = context
    this.#torrent = torrent
    this.#pool = swarm.pool
  }

  /** Connections being made. */
  get count(): number {
    return this.#dials.size
  }

  /** Dials as many as the limits of torrent and session allow. */
  more(): void {
    if (!this.#swarm.isRunning) return
    const now = this.#context.clock.nowMs()
    while (
      this.#swarm.peers.size + this.#dials.size < this.#context.maxPeersPerTorrent &&
      this.#context.mayDial()
    ) {
      const candidate = this.#pool.next(now, this.#swarm.uploadOnly)
      if (!candidate) return
      this.#dial(candidate)
    }
  }

  /** Gives up the connections being made. */
  abort(): void {
    for (const abort of this.#dials) abort.abort(new ShoalError('closed', 'the torrent was stopped'))
  }

  /** The peer is connected at the candidate's address. */
  connected(peer: Peer, candidate: Candidate): void {
    candidate.state = 'connected'
    this.#candidates.set(peer.id, candidate)
  }

  /** A peer is gone: when its address is worth another try depends on what it was worth. */
  onPeerClosed(peer: Peer, error: Error | undefined): void {
    const candidate = this.#candidates.get(peer.id)
    if (!candidate) return
    this.#candidates.delete(peer.id)
    candidate.uploadOnly = peer.uploadOnly
    const useful = peer.download.totalBytes + peer.upload.totalBytes > 0
    if (useful && !error) this.#pool.ended(candidate, this.#context.clock.nowMs())
    else this.#pool.failed(candidate, this.#context.clock.nowMs())
  }

  /** A peer that connected to us says where it listens: it need not be dialled, and can be when it is gone. */
  onListenPort(peer: Peer, port: number): void {
    const { remote, incoming }: Connection = peer.link.connection
    if (!incoming || this.#candidates.has(peer.id)) return
    const address: PeerAddress = { host: remote.host, port }
    this.#pool.add([address], 'incoming')
    const candidate = this.#pool.find(address)
    if (candidate?.state === 'idle') this.connected(peer, candidate)
  }

  /** Closes those whose addresses the pool has forgotten. */
  closeForgotten(): void {
    for (const [id, candidate] of this.#candidates)
      if (this.#isForgotten(candidate)) this.#swarm.peers.get(id)?.close()
  }

  #dial(candidate: Candidate): void {
    candidate.state = 'connecting'
    const abort = new AbortController()
    this.#dials.add(abort)
    this.#context
      .dial(candidate.address, handshakeTopic(this.#torrent.infoHashes), abort.signal)
      .then(
        ready => this.#onReady(candidate, ready),
        () => this.#pool.failed(candidate, this.#context.clock.nowMs()),
      )
      .finally(() => {
        this.#dials.delete(abort)
        this.more()
      })
  }

  #onReady(candidate: Candidate, ready: ReadyConnection): void {
    if (this.#isForgotten(candidate)) ready.connection.close()
    else if (samePeer(ready.handshake.peerId, this.#context.peerId)) {
      ready.connection.close()
      this.#pool.remove(candidate)
    } else if (!this.#swarm.accept(ready, candidate)) this.#onRefused(candidate, ready)
  }

  /** The connection was not kept: of a client that is connected already, the address is known now. */
  #onRefused(candidate: Candidate, ready: ReadyConnection): void {
    const twin = this.#swarm.twinOf(ready)
    if (twin && !this.#candidates.has(twin.id)) this.connected(twin, candidate)
    else this.#pool.failed(candidate, this.#context.clock.nowMs())
  }

  #isForgotten(candidate: Candidate): boolean {
    return this.#pool.find(candidate.address) !== candidate
  }
}
