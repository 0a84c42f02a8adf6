import type { Peer } from '../swarm/peer.ts'
import type { PeerOrigin } from '../swarm/peer-pool.ts'
import type { ReadyConnection } from '../swarm/ready-connection.ts'
import { SEED_WANTS_PEERS, type Swarm } from '../swarm/swarm.ts'
import type { PeerAddress } from '../transport/transport.ts'
import type { Announcements } from './announcements.ts'
import type { SessionContext } from './context.ts'
import type { Demand } from './demand.ts'
import type { Lifecycle } from './lifecycle.ts'
import { SwarmWork, type WorkHost } from './swarm-work.ts'
import type { Torrent } from './torrent.ts'
import type { WebSeeds } from './web-seeds.ts'

/** What decides how busy a torrent is. */
export interface ActivityHost extends WorkHost {
  readonly life: Lifecycle
  readonly announcements: Announcements
  /** What it does is recorded, which takes a look each second. */
  readonly isRecorded: boolean
}

/**
 * How busy a torrent is: its work among peers, which is made when there is some, and whether the session looks at it each second. A session holds
 * thousands of torrents that nobody asks for: those have neither.
 */
export class Activity {
  readonly #context: SessionContext
  readonly #torrent: Torrent
  readonly #host: ActivityHost
  /** Null until the first peer or reader comes. */
  work: SwarmWork | null = null

  constructor(context: SessionContext, torrent: Torrent, host: ActivityHost) {
    this.#context = context
    this.#torrent = torrent
    this.#host = host
  }

  get swarm(): Swarm | null {
    return this.work?.swarm ?? null
  }

  get peers(): Peer[] {
    return this.swarm ? [...this.swarm.peers.values()] : []
  }

  get webSeeds(): WebSeeds | null {
    return this.work?.webSeeds ?? null
  }

  get #isAtRest(): boolean {
    const { life } = this.#host
    return life.paused || life.error !== null || life.isClosed
  }

  /** Something is missing that somebody wants. */
  get #seeksPeers(): boolean {
    return !this.#host.life.completed || (this.work?.demand.isPending ?? false)
  }

  /** False for a seed that nobody is connected to. */
  get isNeeded(): boolean {
    return (
      this.#seeksPeers || this.#host.life.error !== null || this.peers.length > 0 || !!this.swarm?.isDialling
    )
  }

  /** How many more peers it wants to be told of. */
  get wantedPeers(): number {
    if (this.#host.life.paused) return 0
    return this.swarm?.wanted ?? (this.#seeksPeers ? this.#context.maxPeersPerTorrent : SEED_WANTS_PEERS)
  }

  /** Whether the session looks at it each second. */
  setActive(active: boolean): void {
    this.#context.setActive(this.#torrent, active)
  }

  /** Moves bytes, as far as anybody asks for any. */
  run(): void {
    const host = this.#host
    this.swarm?.resume()
    if (this.#seeksPeers || this.swarm) this.#atWork().begin()
    this.setActive(this.#seeksPeers || this.swarm !== null || host.isRecorded)
    if (this.#seeksPeers) host.announcements.refresh()
  }

  /** Looks for the metadata among peers. */
  fetch(): void {
    this.#atWork().begin().resume()
  }

  accept(ready: ReadyConnection): void {
    if (this.#isAtRest) ready.connection.close()
    else this.#atWork().accept(ready)
  }

  addAddresses(addresses: readonly PeerAddress[], origin: PeerOrigin): void {
    if (!this.#isAtRest) this.#atWork().addAddresses(addresses, origin)
  }

  /** What readers wait for. The torrent gets to work for it, also one that has all that is wanted. */
  demand(): Demand {
    const host = this.#host
    const work = this.#atWork()
    if (host.isChecked && !this.#isAtRest) {
      const swarm = work.begin()
      if (!work.demand.isPending && swarm.peers.size === 0) swarm.pool.hurry()
      swarm.resume()
      host.announcements.refresh()
    }
    return work.demand
  }

  /** Offers storage again what it refused. False: it refused nothing. */
  retryWrites(): boolean {
    if (!this.work?.isStuck) return false
    this.swarm?.resume()
    // When it is refused again, the torrent stops again.
    void this.work.retryWrites()
    return true
  }

  #atWork(): SwarmWork {
    this.work ??= new SwarmWork(this.#context, this.#torrent, this.#host)
    this.setActive(!this.#host.life.isClosed)
    return this.work
  }
}
