import type { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import type { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { Info } from '../../metainfo/metainfo.ts'
import { PiecePicker } from '../../pieces/piece-picker.ts'
import type { PiecePriority } from '../../pieces/pieces.ts'
import { SmartBan, type Verdict } from '../../pieces/smart-ban.ts'
import type { Storage } from '../../storage/storage.ts'
import type { PieceBuffer } from './piece-buffer.ts'
import { PieceBuffers } from './piece-buffers.ts'
import { PieceMemory, type PieceMemoryUser } from './piece-memory.ts'
import type { PieceRoots } from './piece-roots.ts'
import { PieceWriter } from './piece-writer.ts'
import type { Selection } from './selection.ts'
import { UnfinishedPieces } from './unfinished-pieces.ts'
import { verifyPiece } from './verify-piece.ts'
import { WantedPieces } from './wanted-pieces.ts'

/** Events that a transfer reports to its swarm. */
export interface TransferEvents {
  /** A block of a piece arrived, for the first time or again. */
  onBlock?(sourceId: number, piece: number, block: number): void
  /** The piece is verified and stored: it can be announced. */
  onPiece(piece: number): void
  /** Storage refused bytes: nothing more is requested until `retryWrites` succeeds. */
  onWriteError(error: ShoalError): void
  /** The piece did not match its hash. */
  onBadPiece(piece: number, verdict: Verdict): void
  /** A verified piece revealed who sent wrong bytes earlier. */
  onVerdict(verdict: Verdict): void
}

/** The sources of blocks, as seen by a transfer. */
export interface TransferSources {
  /** Another source delivered the block first. */
  cancelBlock(sourceId: number, block: number): void
  /** A key by which a source is remembered after it is removed: its address. */
  keyOf(sourceId: number): string
  /** Whether any peer wants our pieces, so that a piece will be requested soon after it arrives. */
  readonly hasInterestedPeer: boolean
  /**
   * Whether a suspect could deliver, but has no requests: it takes no part in pieces that others
   * started.
   */
  readonly hasIdleSuspect: boolean
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
 * Takes the bytes of one torrent from sources to storage: pieces are assembled in memory, verified
 * and written, and count as ours only then. Every source of blocks, peer or web seed, delivers them
 * here.
 */
export class Transfer implements PieceMemoryUser {
  readonly info: Info
  readonly layout: PieceLayout
  readonly storage: Storage
  /** Pieces that are verified and stored. */
  readonly have: Bitfield
  readonly roots: PieceRoots
  readonly picker: PiecePicker
  readonly wanted: WantedPieces
  readonly buffers: PieceBuffers
  readonly writer: PieceWriter
  readonly unfinished: UnfinishedPieces
  /** Bytes of pieces that did not match their hash. */
  wastedBytes = 0
  readonly #events: TransferEvents
  readonly #sources: TransferSources
  readonly #memory: PieceMemory
  readonly #smartBan = new SmartBan()
  readonly #blocksPerPiece: number
  /** Pending checks, writes and reads. */
  readonly #working = new Set<Promise<void>>()
  #closed = false

  constructor(options: TransferOptions) {
    const { info, layout, storage, have, roots, clock, random, memory = new PieceMemory() } = options
    this.info = info
    this.layout = layout
    this.storage = storage
    this.have = have
    this.roots = roots
    this.#events = options.events
    this.#sources = options.sources
    this.#memory = memory
    this.picker = new PiecePicker({ layout, have, random })
    const { picker } = this
    this.#blocksPerPiece = picker.pieces.blocksPerPiece
    this.wanted = new WantedPieces({ info, layout, have, roots, picker })
    const onDropped = (piece: number) => this.#smartBan.dropped(piece)
    this.buffers = new PieceBuffers({ info, layout, have, memory, clock, onDropped })
    const { buffers } = this
    this.writer = new PieceWriter({
      layout,
      storage,
      buffers,
      onStored: buffer => {
        buffers.stored(buffer, this.#sources.hasInterestedPeer)
        this.#stored(buffer.piece)
      },
      onError: error => this.#events.onWriteError(error),
    })
    this.unfinished = new UnfinishedPieces({
      clock,
      layout,
      storage,
      picker,
      buffers,
      onComplete: buffer => this.#completed(buffer),
      onUnreadable: buffer => {
        if (buffer.released || buffers.open.get(buffer.piece) !== buffer) return
        buffers.drop(buffer)
        picker.pieceFailed(buffer.piece)
      },
    })
    this.prioritize(options.selection)
    this.#useMemory()
  }

  /** Sets how much memory this transfer may use, as PieceMemory divides it. */
  setShare(bytes: number): void {
    this.writer.setMemory(Math.max(bytes, 2 * this.layout.pieceLengthBytes))
    this.picker.setMaxPartialBytes(bytes)
  }

  /** Applies what is wanted. Call again when the selection or the known hashes change. */
  prioritize(selection: Selection): void {
    this.wanted.apply(selection)
    this.#useMemory()
  }

  /**
   * Changes the priority of one piece, regardless of the selection: a reader needs it, or no
   * longer does.
   */
  setPriority(piece: number, priority: PiecePriority): void {
    this.picker.setPriority(piece, priority)
    this.#useMemory()
  }

  /** Completes the pieces that contain only padding, which no peer needs to send. */
  completePadding(): void {
    for (const piece of this.picker.paddingPieces()) this.#stored(piece)
  }

  /** A verified piece was lost from storage. Returns false if we did not have it. */
  lost(piece: number): boolean {
    if (!this.have.clear(piece)) return false
    this.picker.pieceLost(piece)
    this.#useMemory()
    return true
  }

  pieceOf(blockNumber: number): number {
    return Math.floor(blockNumber / this.#blocksPerPiece)
  }

  /** Number of the piece's first block. */
  firstBlock(piece: number): number {
    return piece * this.#blocksPerPiece
  }

  /** All bytes of a claimed block are in place. Returns false if they are useless. */
  arrived(sourceId: number, number: number, buffer: PieceBuffer, block: number): boolean {
    buffer.filled(block)
    const receipt = this.picker.received(sourceId, number)
    for (const other of receipt.alsoAsked) this.#sources.cancelBlock(other, number)
    if (!receipt.wanted && !buffer.isComplete && !this.picker.isPartial(buffer.piece)) {
      // It came late, and the picker has no room for its piece.
      this.buffers.drop(buffer)
      return false
    }
    this.#smartBan.contributed(buffer.piece, block, this.#sources.keyOf(sourceId))
    this.#events.onBlock?.(sourceId, buffer.piece, block)
    if (buffer.isComplete) this.#completed(buffer)
    return receipt.wanted
  }

  /** Retries writes that storage refused. Resolves to whether all of it is written. */
  retryWrites(): Promise<boolean> {
    return this.writer.retry(buffer => this.#track(this.writer.write(buffer)))
  }

  /**
   * Called once a second. Breaks deadlocks: if the maximum number of pieces is open and no
   * connected source has the rest of any, evicts a piece. If other sources, now disconnected, have
   * begun all remaining pieces and only a suspect is left, it gets one of them for itself.
   */
  tick(): void {
    const { picker } = this
    if (!picker.isDeadlocked && !(picker.isAllBegun && this.#sources.hasIdleSuspect)) return
    const piece = this.picker.evictable()
    if (piece === null) return
    const buffer = this.buffers.open.get(piece)
    if (buffer) this.buffers.drop(buffer)
    this.picker.pieceFailed(piece)
  }

  /**
   * Resumes the blocks that `unfinished` saved in an earlier run. Call before there are sources.
   */
  resumeUnfinished(saved: ReadonlyMap<number, Uint8Array>): void {
    for (const [piece, blocks] of saved) void this.#track(this.unfinished.resume(piece, blocks))
  }

  /** Resolves when every check and write that was started has settled. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  /** Drops unverified bytes and waits for pending writes. Leaves storage open. */
  async close(): Promise<void> {
    this.#closed = true
    this.buffers.close()
    this.writer.close()
    await this.settled()
    this.buffers.forgetRecent()
    this.#memory.leave(this)
  }

  /**
   * For the BlockCache: the bytes of a piece that has just been stored. Valid until control
   * returns to the event loop.
   */
  recentPiece(piece: number): Uint8Array | undefined {
    return this.buffers.recent(piece)
  }

  /** Shares the session's memory while there is something to download. */
  #useMemory(): void {
    if (this.#closed || this.wanted.isFinished) this.#memory.leave(this)
    else this.#memory.enter(this)
  }

  #completed(buffer: PieceBuffer): void {
    this.buffers.completed(buffer)
    const isRight = verifyPiece(this.info, this.roots, buffer)
    if (typeof isRight === 'boolean') this.#verified(buffer, isRight)
    else void this.#track(isRight.then(answer => this.#verified(buffer, answer)))
  }

  #verified(buffer: PieceBuffer, isRight: boolean): void {
    if (this.#closed) return this.buffers.drop(buffer)
    const { piece } = buffer
    if (isRight) {
      const verdict = this.#smartBan.verified(piece, buffer.bytes)
      if (verdict.guilty.length > 0 || verdict.cleared.length > 0) this.#events.onVerdict(verdict)
      void this.#track(this.writer.write(buffer))
      return
    }
    this.buffers.settled(piece)
    // If part of the piece came from storage, the sender of the wrong bytes is unknown.
    if (buffer.restored) this.#smartBan.dropped(piece)
    const verdict = this.#smartBan.failed(piece, buffer.bytes.subarray(0, this.layout.pieceSize(piece)))
    this.wastedBytes += this.layout.dataSize(piece)
    this.buffers.drop(buffer)
    this.picker.pieceFailed(piece)
    this.#events.onBadPiece(piece, verdict)
  }

  #stored(piece: number): void {
    this.buffers.settled(piece)
    // The picker sets the bit of `have`.
    this.picker.pieceDone(piece)
    if (this.#closed) return
    if (this.wanted.isFinished) this.#useMemory()
    this.#events.onPiece(piece)
  }

  #track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.#working.delete(tracked))
    this.#working.add(tracked)
    return tracked
  }
}
