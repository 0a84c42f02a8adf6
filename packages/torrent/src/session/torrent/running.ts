import { WebSeeds } from '#web-seeds'
import { Transfer } from '../../swarm/pieces/transfer.ts'
import type { Swarm } from '../../swarm/swarm.ts'
import type { SwarmEvents } from '../../swarm/swarm-context.ts'
import type { SessionContext } from '../context.ts'
import type { Content } from './content.ts'
import type { PieceDeadlines } from './deadlines.ts'
import type { TorrentData } from './torrent-data.ts'

/**
 * Blocks of a piece that takes longer than this are saved with the next record, which bounds what
 * a crash can cost.
 */
const SAVE_UNFINISHED_MS = 1000

export interface RunningOptions {
  readonly context: SessionContext
  readonly data: TorrentData
  readonly content: Content
  readonly swarm: Swarm
  readonly deadlines: PieceDeadlines
  readonly events: Pick<SwarmEvents, 'onTransferred' | 'log'>
}

/**
 * The phase in which pieces of a checked torrent are transferred. It exists only while there are
 * peers, web seeds or readers: most torrents of a session have none.
 */
export class Running {
  readonly swarm: Swarm
  readonly transfer: Transfer
  readonly webSeeds: WebSeeds
  readonly #context: SessionContext
  readonly #data: TorrentData
  readonly #content: Content
  readonly #deadlines: PieceDeadlines

  constructor(options: RunningOptions) {
    const { context, data, content, swarm, deadlines, events } = options
    this.#context = context
    this.#data = data
    this.#content = content
    this.#deadlines = deadlines
    this.swarm = swarm
    const { layout, storage, have, selection, roots, metainfo } = content
    const { clock, random, memory } = context
    const { info } = metainfo
    selection.firstLastFirst = data.firstLastFirst
    storage.setReserving(true)
    this.transfer = new Transfer({
      info,
      layout,
      storage,
      have,
      selection,
      roots,
      events: swarm.transferEvents,
      sources: swarm.sources,
      clock,
      random,
      memory,
    })
    const { transfer } = this
    this.webSeeds = new WebSeeds({ context, data, swarm, transfer, events })
  }

  /** Starts the transfer. Not done by the constructor, since its callbacks may use this object. */
  begin(): void {
    const { transfer, swarm } = this
    if (this.#data.isSequential) transfer.picker.setSequential(true)
    this.#deadlines.applyAll((piece, dueMs) => this.#setDeadline(piece, dueMs))
    transfer.resumeUnfinished(this.#content.unfinished)
    swarm.begin(transfer)
    transfer.completePadding()
    this.webSeeds.use(this.#data.origin.webSeeds)
  }

  setFirstLastFirst(firstLastFirst: boolean): void {
    this.#content.selection.firstLastFirst = firstLastFirst
    this.prioritize()
  }

  /**
   * Applies the selection and the deadlines again after one of them, or the known hashes, changed.
   */
  prioritize(): void {
    this.transfer.prioritize(this.#content.selection)
    this.#deadlines.applyAll()
    this.swarm.updateInterest()
  }

  /** Sets or (null) removes the deadline of a piece, and requests it at once. */
  expedite(piece: number, dueMs: number | null): void {
    if (this.#setDeadline(piece, dueMs)) this.swarm.updateInterest()
    else this.swarm.sources.fill()
  }

  /** Whether blocks of slow pieces are in memory only. */
  get hasUnsaved(): boolean {
    return this.transfer.unfinished.hasUnsaved(SAVE_UNFINISHED_MS)
  }

  /**
   * Saves the blocks of slow pieces, or of all unfinished pieces, and lists them in
   * `content.unfinished`.
   */
  async saveUnfinished(all: boolean): Promise<void> {
    this.#content.unfinished = await this.transfer.unfinished.save(all ? 0 : SAVE_UNFINISHED_MS)
  }

  /** Waits for pending writes. The swarm must be closed. */
  async end(): Promise<void> {
    this.#context.cache.drop(this.transfer)
    this.#content.storage.setReserving(false)
    await this.saveUnfinished(true)
    await this.transfer.close()
  }

  /** Returns whether that changes which pieces are wanted. */
  #setDeadline(piece: number, dueMs: number | null): boolean {
    const { selection, roots } = this.#content
    // A reader may be in a file that is not selected: its pieces are wanted while they are waited
    // for.
    const unwanted = selection.piecePriority(piece) === 0
    const verifiable = this.transfer.info.version !== 'v2' || roots.knows(piece)
    if (unwanted) this.transfer.setPriority(piece, dueMs !== null && verifiable ? 7 : 0)
    this.transfer.picker.setDeadline(piece, dueMs)
    return unwanted
  }
}
