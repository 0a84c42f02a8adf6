import type { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { Info } from '../../metainfo/metainfo.ts'
import { PieceBuffer } from './piece-buffer.ts'
import type { PieceMemory } from './piece-memory.ts'
import { digestKinds } from './verify-piece.ts'

export interface PieceBuffersOptions {
  readonly info: Info
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly memory: PieceMemory
  readonly clock: Clock
  /** A piece was dropped before it was stored. */
  onDropped(piece: number): void
}

/** The pieces that one transfer is assembling in memory. */
export class PieceBuffers {
  /** Pieces that are not complete. */
  readonly open = new Map<number, PieceBuffer>()
  /** Pieces that are complete, but not verified and stored yet. */
  readonly #complete = new Set<number>()
  readonly #options: PieceBuffersOptions
  #closed = false

  constructor(options: PieceBuffersOptions) {
    this.#options = options
  }

  /**
   * Returns the buffer for a block from `writer`; null if we have the block or its piece is done.
   * See `PieceBuffer.claim`.
   */
  claim(piece: number, block: number, writer: object): PieceBuffer | null {
    const { info, layout, have, memory, clock } = this.#options
    if (this.#closed || have.has(piece) || this.#complete.has(piece)) return null
    let buffer = this.open.get(piece)
    if (!buffer) {
      const bytes = memory.take(layout.pieceLengthBytes)
      buffer = new PieceBuffer(piece, layout, bytes, digestKinds(info, layout, piece), clock.nowMs())
      this.open.set(piece, buffer)
    }
    return buffer.claim(block, writer) ? buffer : null
  }

  /**
   * The writer of a claimed block disconnected. A piece without other blocks releases its memory:
   * the picker does not count it, and peers that connect, start a piece and leave could fill all
   * memory.
   */
  unclaim(buffer: PieceBuffer, block: number, writer: object): void {
    buffer.unclaim(block, writer)
    if (buffer.isEmpty) this.drop(buffer)
  }

  /** All blocks of the piece have arrived. */
  completed(buffer: PieceBuffer): void {
    this.open.delete(buffer.piece)
    this.#complete.add(buffer.piece)
  }

  /** A complete piece was stored, or turned out to be wrong. */
  settled(piece: number): void {
    this.#complete.delete(piece)
  }

  /** Drops a piece and releases its memory. */
  drop(buffer: PieceBuffer): void {
    if (buffer.released) return
    buffer.released = true
    this.#options.onDropped(buffer.piece)
    if (this.open.get(buffer.piece) === buffer) this.open.delete(buffer.piece)
    if (buffer.holds === 0) this.#options.memory.give(buffer.bytes)
  }

  /**
   * Releases the memory of a stored piece. With `keep` its bytes stay for a while, for peers that
   * will request them.
   */
  stored(buffer: PieceBuffer, keep: boolean): void {
    buffer.released = true
    if (buffer.holds > 0) return
    if (keep) this.#options.memory.keep(this, buffer.piece, buffer.bytes)
    else this.#options.memory.give(buffer.bytes)
  }

  /** Ends one use of the bytes that `holds` counted. */
  endHold(buffer: PieceBuffer): void {
    buffer.holds--
    if (buffer.released && buffer.holds === 0) this.#options.memory.give(buffer.bytes)
  }

  /**
   * Returns the bytes of a piece that has just been stored. Valid until control returns to the
   * event loop.
   */
  recent(piece: number): Uint8Array | undefined {
    return this.#options.have.has(piece) ? this.#options.memory.recent(this, piece) : undefined
  }

  /** Drops all open pieces and accepts no more. */
  close(): void {
    this.#closed = true
    for (const buffer of this.open.values()) this.drop(buffer)
  }

  /** Releases the pieces that were kept. */
  forgetRecent(): void {
    this.#options.memory.forget(this)
  }
}
