import type { PeerStatus } from '../api.ts'
import type { ShoalError } from '../base/errors.ts'
import type { PeerOrigin, PeerPool } from '../swarm/peer-pool.ts'
import type { ReadyConnection } from '../swarm/ready-connection.ts'
import { Swarm } from '../swarm/swarm.ts'
import type { SwarmEvents } from '../swarm/swarm-context.ts'
import type { Transfer } from '../swarm/transfer.ts'
import type { PeerAddress } from '../transport/transport.ts'
import { beginTransfer } from './begin-transfer.ts'
import type { Content } from './content.ts'
import type { SessionContext } from './context.ts'
import { Demand } from './demand.ts'
import { presentStamps, readFault, WriteRetries } from './storage-faults.ts'
import type { Torrent } from './torrent.ts'
import type { TorrentOrigin } from './torrent-origin.ts'
import { WebSeeds } from './web-seeds.ts'

/**
 * Blocks of a piece that takes longer than this are saved with the next record, so that a crash costs no more than that and the time
 * between two records.
 */
const SAVE_UNFINISHED_MS = 1000
/** What the work of a torrent needs to know of it, and reports. */
export interface WorkHost {
  readonly content: Content | null
  /** The content is checked: bytes may move. */
  readonly isChecked: boolean
  readonly isSequential: boolean
  readonly origin: TorrentOrigin
  onMetadata(info: Uint8Array): void
  onPiece(piece: number): void
  /** Everything that is wanted is here. */
  onFinished(): void
  /** Storage failed: the torrent stops. */
  onFault(error: ShoalError): void
  /** What is on disk is no longer what is had: the torrent stops until it is checked. */
  onStorageFault(error: unknown): void
  /** Storage that refused bytes has taken them. */
  onRecovered(): void
  onTransferred(downloaded: number, uploaded: number): void
  onPeerClosed(peer: PeerStatus): void
  onPeersChanged(): void
  /** Something that is recorded changed. */
  touch(): void
  log(line: string): void
}

/** A torrent among its peers: made when the first peer or reader comes, since most torrents of a session have neither. */
export class SwarmWork implements SwarmEvents {
  swarm: Swarm | null = null
  webSeeds: WebSeeds | null = null
  readonly demand = new Demand((piece, dueMs) => this.#hurry(piece, dueMs))
  readonly #context: SessionContext
  readonly #torrent: Torrent
  readonly #host: WorkHost
  /** Of the swarm before: whom a torrent knows, and whom it has banned, it knows after a check, too. */
  #pool: PeerPool | undefined
  /** While storage refuses bytes. */
  #retries: WriteRetries | null = null

  constructor(context: SessionContext, torrent: Torrent, host: WorkHost) {
    this.#context = context
    this.#torrent = torrent
    this.#host = host
  }

  /** Storage refused bytes, and has not taken them yet. */
  get isStuck(): boolean {
    return this.swarm?.transfer?.isStuck ?? false
  }

  /** The swarm, with its transfer as soon as the content is checked. */
  begin(): Swarm {
    const host = this.#host
    this.swarm ??= new Swarm({
      context: this.#context,
      torrent: this.#torrent,
      events: this,
      pool: this.#pool,
    })
    if (host.isChecked && host.content && !this.swarm.transfer) {
      host.content.storage.setReserving(true)
      const transfer = beginTransfer(this.#context, this.swarm, host.content, made => {
        if (host.isSequential) made.picker.setSequential(true)
        this.demand.applyAll((piece, dueMs) => this.#setDeadline(made, piece, dueMs))
      })
      this.#joinWebSeeds(this.swarm, transfer)
    }
    return this.swarm
  }

  accept(ready: ReadyConnection): void {
    this.begin().accept(ready)
  }

  addAddresses(addresses: readonly PeerAddress[], origin: PeerOrigin): void {
    this.begin().addAddresses(addresses, origin)
  }

  tick(nowMs: number): void {
    this.swarm?.tick(nowMs)
    if (this.isStuck && this.#retries?.isDue) void this.retryWrites()
  }

  /** Resolves to whether storage has taken all that it refused. */
  async retryWrites(): Promise<boolean> {
    const transfer = this.swarm?.transfer
    if (!transfer) return true
    this.#retries ??= new WriteRetries(this.#context.clock)
    if (!(await this.#retries.retry(transfer)) || transfer !== this.swarm?.transfer) return false
    this.#retries = null
    this.#host.onRecovered()
    this.swarm.updateInterest()
    return true
  }

  /** What is wanted changed. */
  prioritize(): void {
    const { content } = this.#host
    if (!content || !this.swarm?.transfer) return
    this.swarm.transfer.prioritize(content.selection)
    this.demand.applyAll()
    this.swarm.updateInterest()
  }

  #joinWebSeeds(swarm: Swarm, transfer: Transfer): void {
    this.webSeeds = new WebSeeds({
      context: this.#context,
      torrent: this.#torrent,
      swarm,
      transfer,
      onTransferred: (downloaded, uploaded) => this.onTransferred(downloaded, uploaded),
      log: line => this.log(line),
    })
    this.webSeeds.use(this.#host.origin.webSeeds)
  }

  /** Blocks of pieces that take long are in memory alone. */
  get hasUnsaved(): boolean {
    return this.swarm?.transfer?.hasUnsaved(SAVE_UNFINISHED_MS) ?? false
  }

  /** Puts the blocks of pieces that take long, or of all, into storage, and which those are into `content.unfinished`. */
  async saveUnfinished(all: boolean): Promise<void> {
    const { content } = this.#host
    const transfer = this.swarm?.transfer
    if (content && transfer) content.unfinished = await transfer.saveUnfinished(all ? 0 : SAVE_UNFINISHED_MS)
  }

  /** Waits for the writes under way. */
  async settled(): Promise<void> {
    await this.swarm?.transfer?.settled()
  }

  /** Drops all peers and waits for the writes under way; `begin` starts anew and finds them again. Readers go on waiting. */
  async end(): Promise<void> {
    const { swarm } = this
    this.swarm = null
    this.webSeeds = null
    this.#retries = null
    swarm?.close()
    this.#pool = swarm?.pool ?? this.#pool
    this.#pool?.hurry()
    if (!swarm?.transfer) return
    this.#context.cache.drop(swarm.transfer)
    this.#host.content?.storage.setReserving(false)
    const { content } = this.#host
    if (content) content.unfinished = await swarm.transfer.saveUnfinished(0)
    await swarm.transfer.close()
  }

  #hurry(piece: number, dueMs: number | null): void {
    const { swarm } = this
    if (!swarm?.transfer) return
    if (this.#setDeadline(swarm.transfer, piece, dueMs)) swarm.updateInterest()
    else swarm.fillAll()
  }

  /** Whether that changes what is wanted. */
  #setDeadline(transfer: Transfer, piece: number, dueMs: number | null): boolean {
    const { selection, roots } = this.#host.content!
    // A reader may be in a file that is not wanted otherwise: its pieces are, as long as somebody waits for them.
    const unwanted = selection.piecePriority(piece) === 0
    const verifiable = transfer.info.version !== 'v2' || roots.knows(piece)
    if (unwanted) transfer.setPriority(piece, dueMs !== null && verifiable ? 7 : 0)
    transfer.picker.setDeadline(piece, dueMs)
    return unwanted
  }

  // Of the swarm

  onMetadata(info: Uint8Array): void {
    this.#host.onMetadata(info)
  }

  onHashes(): void {
    this.prioritize()
    this.#host.touch()
  }

  onPiece(piece: number): void {
    this.#host.onPiece(piece)
    this.demand.arrived(piece)
    const transfer = this.swarm?.transfer
    if (transfer?.isFinished) void this.#finish(transfer)
  }

  /** An open file can be deleted, so that bytes go nowhere: nobody is told of a whole that is not there. */
  async #finish(transfer: Transfer): Promise<void> {
    const host = this.#host
    let fault: unknown
    if (host.content?.isOnDisk) await presentStamps(host.content).catch(error => (fault = error))
    if (transfer !== this.swarm?.transfer) return
    if (fault !== undefined) host.onStorageFault(fault)
    else if (transfer.isFinished) host.onFinished()
  }

  onWriteError(error: ShoalError): void {
    this.#retries ??= new WriteRetries(this.#context.clock)
    this.#host.onFault(error)
  }

  onReadError(piece: number, error: unknown): void {
    if (!this.#host.isChecked) return
    this.#host.onStorageFault(readFault(piece, error))
  }

  onTransferred(downloaded: number, uploaded: number): void {
    this.#host.onTransferred(downloaded, uploaded)
  }

  onPeerClosed(peer: PeerStatus): void {
    this.#host.onPeerClosed(peer)
  }

  onPeersChanged(): void {
    this.#host.onPeersChanged()
  }

  log(line: string): void {
    this.#host.log(line)
  }
}
