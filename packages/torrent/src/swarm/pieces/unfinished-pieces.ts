import { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { PiecePicker } from '../../pieces/piece-picker.ts'
import type { Storage } from '../../storage/storage.ts'
import { groupRuns, type PieceBuffer } from './piece-buffer.ts'
import type { PieceBuffers } from './piece-buffers.ts'

/** The source number of blocks from storage: no peer has it. */
const STORAGE = 0

export interface UnfinishedOptions {
  readonly clock: Clock
  readonly layout: PieceLayout
  readonly storage: Storage
  readonly picker: PiecePicker
  readonly buffers: PieceBuffers
  /** All blocks of the piece are present. */
  onComplete(buffer: PieceBuffer): void
  /** The saved blocks of a piece cannot be read. */
  onUnreadable(buffer: PieceBuffer): void
}

/**
 * Saves the blocks of pieces that take long, so that a crash costs seconds of a slow download
 * rather than entire pieces: they are written to their place, unverified, and a note lists them.
 * The next run reads them back and continues. The piece is verified as a whole when the rest has
 * arrived; until then we do not have it.
 */
export class UnfinishedPieces {
  readonly #options: UnfinishedOptions

  constructor(options: UnfinishedOptions) {
    this.#options = options
  }

  /** Whether blocks of pieces that were begun over `olderThanMs` ago are in memory only. */
  hasUnsaved(olderThanMs: number): boolean {
    const beforeMs = this.#options.clock.nowMs() - olderThanMs
    for (const buffer of this.#options.buffers.open.values())
      if (buffer.sinceMs <= beforeMs && buffer.unsavedRuns().length > 0) return true
    return false
  }

  /**
   * Writes those blocks. Resolves to all blocks in storage: a bitfield by piece. Omits blocks that
   * storage refuses.
   */
  async save(olderThanMs: number): Promise<Map<number, Uint8Array>> {
    const { open } = this.#options.buffers
    const beforeMs = this.#options.clock.nowMs() - olderThanMs
    const old = [...open.values()].filter(buffer => buffer.sinceMs <= beforeMs)
    await Promise.all(old.map(buffer => this.#save(buffer)))
    const saved = new Map<number, Uint8Array>()
    for (const [piece, buffer] of open) {
      const blocks = buffer.savedBlocks()
      if (blocks) saved.set(piece, blocks)
    }
    return saved
  }

  async #save(buffer: PieceBuffer): Promise<void> {
    const { layout, storage, buffers } = this.#options
    const offset = layout.pieceOffset(buffer.piece)
    buffer.holds++
    await Promise.all(
      buffer.unsavedRuns().map(async run => {
        const { at, bytes } = buffer.bytesOf(run)
        // Blocks that storage rejects stay in memory. The complete piece fails with the same error,
        // which stops the torrent.
        await storage.write(offset + at, bytes).then(
          () => buffer.saved(run),
          () => {},
        )
      }),
    )
    buffers.endHold(buffer)
  }

  /**
   * Reads back the blocks that an earlier run saved of a piece. Call before there are sources. The
   * picker knows the blocks at once, so that they are not requested.
   */
  async resume(piece: number, blocks: Uint8Array): Promise<void> {
    const { layout, storage, picker, buffers, onComplete, onUnreadable } = this.#options
    if (piece >= layout.pieceCount || !picker.pieces.isWanted(piece)) return
    const bits = Bitfield.from(blocks, layout.blockCount(piece))
    if (!bits || bits.count === 0) return
    const first = piece * picker.pieces.blocksPerPiece
    const taken: number[] = []
    let buffer: PieceBuffer | null = null
    for (let block = 0; block < bits.length; block++) {
      if (!bits.has(block) || !picker.received(STORAGE, first + block).wanted) continue
      const claimed = buffers.claim(piece, block, this)
      if (!claimed) continue
      buffer = claimed
      taken.push(block)
    }
    if (!buffer) return
    buffer.restored = true
    buffer.holds++
    try {
      for (const run of groupRuns(taken)) {
        const { at, bytes } = buffer.bytesOf(run)
        await storage.read(layout.pieceOffset(piece) + at, bytes)
      }
    } catch {
      // The file is missing or was replaced: the complete piece is fetched.
      return onUnreadable(buffer)
    } finally {
      buffers.endHold(buffer)
    }
    for (const block of taken) {
      if (!buffer.isClaimedBy(block, this)) continue
      buffer.filled(block)
      buffer.saved([block, block + 1])
      if (buffer.isComplete) onComplete(buffer)
    }
  }
}
