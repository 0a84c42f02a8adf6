import type { Bitfield } from '../base/bitfield.ts'
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { BLOCK_BYTES, type Info } from '../metainfo/metainfo.ts'
import { PiecePicker } from '../pieces/piece-picker.ts'
import type { PiecePriority } from '../pieces/pieces.ts'
import { SmartBan, type Verdict } from '../pieces/smart-ban.ts'
import type { Storage } from '../storage/storage.ts'
import { OpenPiece } from './open-piece.ts'
import { PieceMemory, type PieceMemoryUser } from './piece-memory.ts'
import type { PieceRoots } from './piece-roots.ts'
import type { Selection } from './selection.ts'
import { UnfinishedPieces } from './unfinished-pieces.ts'
import { digestsOf, verifyPiece } from './verify-piece.ts'

/** Of the bytes that a download may hold in memory, those that wait to be written: beyond, storage is behind. */
const UNWRITTEN_SHARE = 2 / 3

/** What a transfer reports to its swarm. */
export interface TransferEvents {
  /** The piece is verified and stored: peers may be told. */
  onPiece(piece: number): void
  /** Storage refused bytes: nothing more is requested until `retryWrites` succeeds. */
  onWriteError(error: ShoalError): void
  /** The piece did not match its hash. */
  onBadPiece(piece: number, verdict: Verdict): void
  /** A piece that verified tells who sent wrong bytes earlier. */
  onVerdict(verdict: Verdict): void
}

/** The sources of blocks, as far as a transfer concerns them. */
export interface TransferSources {
  /** Another source delivered the block first. */
  cancelBlock(sourceId: number, block: number): void
  /** A key by which a source is remembered after it is gone: its address. */
  keyOf(sourceId: number): string
  /** Whether any peer wants our pieces, so that a piece will be requested soon after it arrives. */
  readonly hasInterestedPeer: boolean
}

export interface TransferOptions {
  readonly info: Info
  readonly layout: PieceLayout
  readonly storage: Storage
  readonly have: Bitfield
  readonly roots: PieceRoots
  readonly selection: Selection
  readonly events: TransferEvents
  readonly sources: TransferSources
  readonly clock: Clock
  readonly random: Random
  /** The session's. Default: its own. */
  readonly memory?: PieceMemory
}

/**
 * The bytes of one torrent on their way from sources to storage: pieces are put together in memory, verified, written, and only then
 * had. Whoever delivers blocks, peer or web seed, delivers them here.
 */
export class Transfer implements PieceMemoryUser {
  readonly info: Info
  readonly layout: PieceLayout
  readonly storage: Storage
  /** Verified and stored. */
  readonly have: Bitfield
  readonly picker: PiecePicker
  readonly roots: PieceRoots
  wastedBytes = 0
  readonly #blocksPerPiece: number
  readonly #events: TransferEvents
  readonly #sources: TransferSources
  readonly #smartBan = new SmartBan()
  readonly #open = new Map<number, OpenPiece>()
  /** Complete, but not verified and stored yet. */
  readonly #complete = new Set<number>()
  readonly #memory: PieceMemory
  readonly #clock: Clock
  readonly #unfinished: UnfinishedPieces
  /** Checks and writes under way. */
  readonly #working = new Set<Promise<void>>()
  #prioritized = false
  #wantsNothing = false
  /** Wanted pieces that wait for the hashes to verify them by. */
  #unverifiable = 0
  #unwrittenBytes = 0
  #maxUnwrittenBytes = 0
  #unwritten: OpenPiece[] = []
  #writeError: ShoalError | undefined
  #closed = false

  constructor(options: TransferOptions) {
    this.info = options.info
    this.layout = options.layout
    this.storage = options.storage
    this.have = options.have
    this.roots = options.roots
    this.#events = options.events
    this.#sources = options.sources
    this.#clock = options.clock
    const { pieceLengthBytes } = this.layout
    this.#blocksPerPiece = Math.ceil(pieceLengthBytes / BLOCK_BYTES)
    this.#memory = options.memory ?? new PieceMemory()
    this.#unfinished = new UnfinishedPieces({
      transfer: this,
      pieces: this.#open,
      onIdle: open => this.#memory.give(open.buffer),
    })
    const { layout, have } = this
    this.picker = new PiecePicker({ layout, have, random: options.random })
    this.prioritize(options.selection)
    this.#useMemory()
  }

  /** Of PieceMemory. */
  setShare(bytes: number): void {
    this.#maxUnwrittenBytes = UNWRITTEN_SHARE * Math.max(bytes, 2 * this.layout.pieceLengthBytes)
    this.picker.setMaxPartialBytes(bytes)
  }

  /** Takes part in sharing memory while there is something to download. */
  #useMemory(): void {
    if (this.#closed || this.isFinished) this.#memory.leave(this)
    else this.#memory.enter(this)
  }

  /** Applies what is wanted; a piece that cannot be verified yet (v2 without its hashes) waits. Call again when either changes. */
  prioritize(selection: Selection): void {
    const needsRoots = this.info.version === 'v2'
    if (selection.isDefault && !needsRoots && !this.#prioritized) return
    this.#prioritized = true
    this.#wantsNothing = selection.wantedBytes === 0
    this.#unverifiable = 0
    for (let piece = 0; piece < this.layout.pieceCount; piece++) {
      const priority = selection.piecePriority(piece)
      const verifiable = !needsRoots || this.layout.dataSize(piece) === 0 || this.roots.knows(piece)
      if (priority > 0 && !verifiable && !this.have.has(piece)) this.#unverifiable++
      this.picker.setPriority(piece, verifiable ? priority : 0)
    }
    this.#useMemory()
  }

  /** Changes how much one piece is wanted, whatever the selection says: somebody reads it, or no longer. */
  setPriority(piece: number, priority: PiecePriority): void {
    this.picker.setPriority(piece, priority)
    this.#useMemory()
  }

  /** Verifies pieces that hold nothing but padding, which nobody needs to send. */
  completePadding(): void {
    for (const piece of this.picker.paddingPieces()) this.#stored(piece)
  }

  /** A verified piece is gone from storage. False when it was not had. */
  lost(piece: number): boolean {
    if (!this.have.clear(piece)) return false
    this.picker.pieceLost(piece)
    this.#useMemory()
    return true
  }

  /** All wanted pieces are verified and stored. */
  get isFinished(): boolean {
    return this.#unverifiable === 0 && this.picker.pieces.isFinished
  }

  /** Nothing is selected, though much is missing: what its user reads, or selects later, may come from any peer. */
  get isUndecided(): boolean {
    return this.#wantsNothing && !this.have.isFull
  }

  /** Whether more may be asked for: not while storage is behind or refuses. */
  get mayRequest(): boolean {
    return this.#unwrittenBytes < this.#maxUnwrittenBytes && !this.#writeError && !this.#closed
  }

  /** Storage refused bytes, and has not taken them yet. */
  get isStuck(): boolean {
    return this.#writeError !== undefined
  }

  get unwrittenBytes(): number {
    return this.#unwrittenBytes
  }

  pieceOf(blockNumber: number): number {
    return Math.floor(blockNumber / this.#blocksPerPiece)
  }

  /** Number of the piece's first block. */
  firstBlock(piece: number): number {
    return piece * this.#blocksPerPiece
  }

  /** Where a block that begins to arrive from `writer` goes; null when it is here, or its piece is done. See `OpenPiece.claim`. */
  openFor(piece: number, block: number, writer: object): OpenPiece | null {
    if (this.#closed || this.have.has(piece) || this.#complete.has(piece)) return null
    let open = this.#open.get(piece)
    if (!open) {
      open = new OpenPiece(
        piece,
        this.layout,
        this.#memory.take(this.layout.pieceLengthBytes),
        digestsOf(this.info, this.layout, piece),
        this.#clock.nowMs(),
      )
      this.#open.set(piece, open)
    }
    return open.claim(block, writer) ? open : null
  }

  /**
   * The writer of a claimed block is gone. A piece of which nothing else is here or on its way gives back its memory: the picker does not
   * count it, and peers that come, begin a piece and go could fill all there is.
   */
  gaveUp(open: OpenPiece, block: number, writer: object): void {
    open.unclaim(block, writer)
    if (open.isEmpty) this.#drop(open)
  }

  /** All bytes of a claimed block are in place. False when they turned out to be of no use. */
  arrived(sourceId: number, number: number, open: OpenPiece, block: number): boolean {
    open.filled(block)
    const receipt = this.picker.received(sourceId, number)
    for (const other of receipt.alsoAsked) this.#sources.cancelBlock(other, number)
    if (!receipt.wanted && !open.isComplete && !this.picker.isPartial(open.piece)) {
      // It came late, and the picker has no room for its piece.
      this.#drop(open)
      return false
    }
    this.#smartBan.contributed(open.piece, block, this.#sources.keyOf(sourceId))
    if (open.isComplete) this.#completed(open)
    return receipt.wanted
  }

  /** Tries again to write what storage refused. Resolves to whether all of it is written. */
  async retryWrites(): Promise<boolean> {
    if (this.#closed || !this.#writeError) return !this.#closed
    this.#writeError = undefined
    const waiting = this.#unwritten
    this.#unwritten = []
    await Promise.all(waiting.map(open => this.#write(open)))
    return this.#writeError === undefined
  }

  /**
   * Once a second. Makes room when nothing moves: of the pieces that are open, which are as many as may be, nobody present has the rest.
   */
  tick(): void {
    if (!this.picker.isDeadlocked) return
    const piece = this.picker.evictable()
    if (piece === null) return
    const open = this.#open.get(piece)
    if (open) this.#drop(open)
    this.picker.pieceFailed(piece)
  }

  /** Resolves when every check and write that was begun has settled. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  /** Whether blocks of pieces that were begun over `olderThanMs` ago are in memory alone. */
  hasUnsaved(olderThanMs: number): boolean {
    return this.#unfinished.hasUnsaved(this.#clock.nowMs() - olderThanMs)
  }

  /**
   * Puts what is here of unfinished pieces that were begun over `olderThanMs` ago into storage, unverified. Resolves to the blocks that are
   * there, a bitfield by piece, for `resumeUnfinished` of a later run. What storage refuses is left out.
   */
  saveUnfinished(olderThanMs: number): Promise<Map<number, Uint8Array>> {
    return this.#unfinished.save(this.#clock.nowMs() - olderThanMs)
  }

  /** Takes up what an earlier run saved: such blocks are read, not fetched. To be called before there are sources. */
  resumeUnfinished(saved: ReadonlyMap<number, Uint8Array>): void {
    for (const [piece, blocks] of saved) void this.#track(this.#unfinished.resume(piece, blocks))
  }

  /** Of UnfinishedPieces: a claimed block was read from storage. */
  restored(open: OpenPiece, block: number, writer: object): void {
    if (!open.isClaimedBy(block, writer)) return
    open.filled(block)
    open.saved([block, block + 1])
    if (open.isComplete) this.#completed(open)
  }

  /** Of UnfinishedPieces: what was saved of a piece cannot be read. */
  abandon(open: OpenPiece): void {
    if (open.released || this.#open.get(open.piece) !== open) return
    this.#drop(open)
    this.picker.pieceFailed(open.piece)
  }

  /** Drops what is unverified and waits for the writes under way. Leaves storage open. */
  async close(): Promise<void> {
    this.#closed = true
    for (const open of this.#open.values()) this.#drop(open)
    this.#unwritten = []
    await this.settled()
    this.#memory.forget(this)
    this.#memory.leave(this)
  }

  #completed(open: OpenPiece): void {
    this.#open.delete(open.piece)
    this.#complete.add(open.piece)
    const right = verifyPiece(this.info, this.roots, open)
    if (typeof right === 'boolean') this.#settle(open, right)
    else void this.#track(right.then(answer => this.#settle(open, answer)))
  }

  #settle(open: OpenPiece, isRight: boolean): void {
    if (this.#closed) return this.#drop(open)
    if (isRight) {
      this.#settleSuspects(open)
      this.#write(open)
      return
    }
    const { piece } = open
    this.#complete.delete(piece)
    // Of a piece of which storage gave a part nobody can say who made it wrong.
    if (open.restored) this.#smartBan.dropped(piece)
    const verdict = this.#smartBan.failed(piece, open.buffer.subarray(0, this.layout.pieceSize(piece)))
    this.wastedBytes += this.layout.dataSize(piece)
    this.#drop(open)
    this.picker.pieceFailed(piece)
    this.#events.onBadPiece(piece, verdict)
  }

  #settleSuspects(open: OpenPiece): void {
    const verdict = this.#smartBan.verified(open.piece, this.#smartBan.hasSuspects ? open.buffer : null)
    if (verdict.guilty.length > 0 || verdict.cleared.length > 0) this.#events.onVerdict(verdict)
  }

  #write(open: OpenPiece): Promise<void> {
    const size = this.layout.dataSize(open.piece)
    this.#unwrittenBytes += size
    const offset = this.layout.pieceOffset(open.piece)
    const runs = open.unsavedRuns().map(run => open.bytesOf(run))
    const writing = Promise.all(runs.map(({ at, bytes }) => this.storage.write(offset + at, bytes))).then(
      () => {
        this.#unwrittenBytes -= size
        this.#letGo(open)
        this.#stored(open.piece)
      },
      error => {
        this.#unwrittenBytes -= size
        this.#refused(open, error)
      },
    )
    return this.#track(writing)
  }

  #track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.#working.delete(tracked))
    this.#working.add(tracked)
    return tracked
  }

  #stored(piece: number): void {
    this.#complete.delete(piece)
    // The picker sets the bit of `have`.
    this.picker.pieceDone(piece)
    if (this.#closed) return
    if (this.isFinished) this.#useMemory()
    this.#events.onPiece(piece)
  }

  /** A verified piece that could not be written is kept, so that it need not be fetched again when there is room. */
  #refused(open: OpenPiece, cause: unknown): void {
    if (this.#closed) return this.#drop(open)
    this.#unwritten.push(open)
    if (this.#writeError) return
    this.#writeError =
      cause instanceof ShoalError ? cause : new ShoalError('io', `cannot write: ${String(cause)}`, { cause })
    this.#events.onWriteError(this.#writeError)
  }

  #drop(open: OpenPiece): void {
    if (open.released) return
    open.released = true
    this.#smartBan.dropped(open.piece)
    if (this.#open.get(open.piece) === open) this.#open.delete(open.piece)
    if (open.holds === 0) this.#memory.give(open.buffer)
  }

  /** A piece is written: its bytes stay for a while where others will ask for them. */
  #letGo(open: OpenPiece): void {
    open.released = true
    if (open.holds > 0) return
    if (this.#sources.hasInterestedPeer) this.#memory.keep(this, open.piece, open.buffer)
    else this.#memory.give(open.buffer)
  }

  /** Bytes of a verified piece that came a moment ago. Valid until control returns to the event loop. */
  recentPiece(piece: number): Uint8Array | undefined {
    return this.have.has(piece) ? this.#memory.recent(this, piece) : undefined
  }
}
