import type { Bitfield } from '../../base/bitfield.ts'
import type { DiscoveryKind } from '../../discovery/discovery.ts'
import type { PeerOrigin, PeerPool } from '../../swarm/connect/peer-pool.ts'
import type { ReadyConnection } from '../../swarm/handshake/ready-connection.ts'
import { SEED_WANTS_PEERS, Swarm } from '../../swarm/swarm.ts'
import type { SwarmEvents } from '../../swarm/swarm-context.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import type { SessionContext } from '../context.ts'
import { Announcements, type PeerDemand } from './announcements.ts'
import { PieceDeadlines } from './deadlines.ts'
import { Running } from './running.ts'
import type { TorrentData } from './torrent-data.ts'

export interface ActiveHook {
  /** Reports whether the torrent needs a tick every second. */
  setActive(active: boolean): void
}

export interface NetworkOptions {
  readonly context: SessionContext
  readonly data: TorrentData
  /** Whether the torrent is recorded, which requires a tick every second while it runs. */
  readonly isRecorded: boolean
  /** Creates the receiver of the swarm's events; called once, when there is a swarm. */
  events(): SwarmEvents
  readonly hooks: ActiveHook
}

/**
 * The network side of one torrent: its announcements, its swarm, the transfer of its pieces and
 * the deadlines of its readers. All but the announcements exist only once a peer or a reader needs
 * them, since a session may hold thousands of idle torrents.
 */
export class TorrentNetwork implements PeerDemand {
  readonly announcements: Announcements
  /**
   * Null until the first peer or reader. Its peers stay from one phase of the torrent to the next.
   */
  swarm: Swarm | null = null
  /** Null unless pieces can be transferred. */
  running: Running | null = null
  readonly #options: NetworkOptions
  #events: SwarmEvents | null = null
  #deadlines: PieceDeadlines | null = null
  /**
   * Kept for the next swarm: a torrent remembers its known and banned peers, also after a check.
   */
  #pool: PeerPool | undefined

  constructor(options: NetworkOptions) {
    this.#options = options
    this.announcements = new Announcements(options.context, options.data, this)
  }

  /** Whether nothing can be transferred because the session's route does not work. */
  get routeFails(): boolean {
    return this.#options.context.routeFails
  }

  /** Accepts a connection for this torrent, or closes it. */
  accept(ready: ReadyConnection): void {
    if (this.#options.data.lifecycle.isAtRest) ready.connection.close()
    else this.begin().accept(ready)
  }

  onPeers(addresses: readonly PeerAddress[], kind: DiscoveryKind): void {
    this.addAddresses(addresses, kind)
  }

  addAddresses(addresses: readonly PeerAddress[], origin: PeerOrigin): void {
    if (!this.#options.data.lifecycle.isAtRest) this.begin().addAddresses(addresses, origin)
  }

  /** The swarm, created if necessary, with its transfer as soon as the content is checked. */
  begin(): Swarm {
    const { context, data, events, hooks } = this.#options
    const { lifecycle, content } = data
    this.#events ??= events()
    this.swarm ??= new Swarm({ context, torrent: data, events: this.#events, pool: this.#pool })
    const { swarm } = this
    hooks.setActive(!lifecycle.isClosed)
    if (lifecycle.phase === 'running' && content && !this.running) {
      const deadlines = this.#allDeadlines()
      this.running = new Running({ context, data, content, swarm, deadlines, events: this.#events })
      this.running.begin()
    }
    return swarm
  }

  onPeersChanged(): void {
    this.#options.data.notePeers(this.swarm?.peers.size ?? 0)
    this.wake()
  }

  /** The torrent may have work to do: it is ticked until that is no longer needed. */
  wake(): void {
    const { data, hooks } = this.#options
    if (!data.lifecycle.paused && !data.lifecycle.isClosed) hooks.setActive(true)
  }

  /** Transfers pieces as far as any are wanted. */
  run(): void {
    this.swarm?.resume()
    if (this.#seeksPeers || this.swarm) this.begin()
    this.#options.hooks.setActive(this.#seeksPeers || this.swarm !== null || this.#options.isRecorded)
    if (this.#seeksPeers) this.announcements.refresh()
  }

  /** The deadlines of readers. The torrent starts to serve them, even if it is complete. */
  deadlines(): PieceDeadlines {
    const { data, hooks } = this.#options
    const { lifecycle } = data
    const deadlines = this.#allDeadlines()
    if (lifecycle.phase !== 'running' || lifecycle.isAtRest) {
      hooks.setActive(!lifecycle.isClosed)
      return deadlines
    }
    const swarm = this.begin()
    if (!deadlines.isPending && swarm.peers.size === 0) swarm.pool.expedite()
    swarm.resume()
    this.announcements.refresh()
    return deadlines
  }

  wanted(): number {
    const { context, data } = this.#options
    if (data.lifecycle.paused) return 0
    if (this.swarm) return this.swarm.wanted
    return this.#seeksPeers ? context.settings.maxPeersPerTorrent : SEED_WANTS_PEERS
  }

  /** Resumes readers that wait for a piece that was stored. */
  arrived(piece: number): void {
    this.#deadlines?.arrived(piece)
  }

  /** Resumes readers that wait for pieces that a check found. */
  checked(have: Bitfield): void {
    this.#deadlines?.checked(have)
  }

  /** Returns false for a seed without peers. */
  get isNeeded(): boolean {
    const { swarm } = this
    if (this.#seeksPeers || this.#options.data.lifecycle.error !== null) return true
    return swarm !== null && (swarm.peers.size > 0 || swarm.isDialing)
  }

  /** Disconnects all peers and waits for pending writes. Readers keep waiting. */
  async end(): Promise<void> {
    const { swarm, running } = this
    this.swarm = null
    this.running = null
    swarm?.close()
    this.#pool = swarm?.pool ?? this.#pool
    this.#pool?.expedite()
    await running?.end()
  }

  /** Ends permanently: rejects all readers. */
  async close(reason: Error): Promise<void> {
    this.#deadlines?.fail(reason)
    await Promise.all([this.announcements.leave(), this.end()])
  }

  /** Whether any missing piece is wanted. */
  get #seeksPeers(): boolean {
    return !this.#options.data.lifecycle.completed || (this.#deadlines?.isPending ?? false)
  }

  #allDeadlines(): PieceDeadlines {
    this.#deadlines ??= new PieceDeadlines((piece, dueMs) => this.running?.expedite(piece, dueMs))
    return this.#deadlines
  }
}
