import { Bitfield } from '../base/bitfield.ts'
import { type OpenPiece, runsOf } from './open-piece.ts'
import type { Transfer } from './transfer.ts'

/** Source of blocks that come from storage: no peer has this number. */
const STORAGE = 0

export interface UnfinishedOptions {
  readonly transfer: Transfer
  /** Those that are being put together. */
  readonly pieces: ReadonlyMap<number, OpenPiece>
  /** No write from the buffer of a released piece is under way any more. */
  onIdle(open: OpenPiece): void
}

/**
 * Keeps what is here of pieces that take long, so that a crash costs seconds of a slow download and not whole pieces: their blocks are
 * written to where they belong, unverified, and a note says which. The next run reads them back and goes on; the piece is verified as a
 * whole when the rest has come, and until then it is not had.
 */
export class UnfinishedPieces {
  readonly #options: UnfinishedOptions

  constructor(options: UnfinishedOptions) {
    this.#options = options
  }

  /** Whether blocks of pieces begun before `beforeMs` are in memory alone. */
  hasUnsaved(beforeMs: number): boolean {
    for (const open of this.#options.pieces.values())
      if (open.sinceMs <= beforeMs && open.unsavedRuns().length > 0) return true
    return false
  }

  /** Writes those blocks. Resolves to all blocks in storage, a bitfield by piece. */
  async save(beforeMs: number): Promise<Map<number, Uint8Array>> {
    const old = [...this.#options.pieces.values()].filter(open => open.sinceMs <= beforeMs)
    await Promise.all(old.map(open => this.#save(open)))
    const saved = new Map<number, Uint8Array>()
    for (const [piece, open] of this.#options.pieces) {
      const blocks = open.savedBlocks()
      if (blocks) saved.set(piece, blocks)
    }
    return saved
  }

  async #save(open: OpenPiece): Promise<void> {
    const { transfer } = this.#options
    const offset = transfer.layout.pieceOffset(open.piece)
    open.holds++
    await Promise.all(
      open.unsavedRuns().map(async run => {
        const { at, bytes } = open.bytesOf(run)
        // What storage refuses stays in memory; the whole piece will meet the same error, and stop the torrent with it.
        await transfer.storage.write(offset + at, bytes).then(
          () => open.saved(run),
          () => {},
        )
      }),
    )
    this.#letGo(open)
  }

  #letGo(open: OpenPiece): void {
    open.holds--
    if (open.released && open.holds === 0) this.#options.onIdle(open)
  }

  /** Reads back what an earlier run saved of a piece. The picker knows of the blocks from the start, so that nobody is asked for them. */
  async resume(piece: number, blocks: Uint8Array): Promise<void> {
    const { transfer } = this.#options
    const { layout, picker } = transfer
    if (piece >= layout.pieceCount || !picker.pieces.isWanted(piece)) return
    const bits = Bitfield.from(blocks, layout.blockCount(piece))
    if (!bits || bits.count === 0) return
    const first = transfer.firstBlock(piece)
    const taken: number[] = []
    let open: OpenPiece | null = null
    for (let block = 0; block < bits.length; block++) {
      if (!bits.has(block) || !picker.received(STORAGE, first + block).wanted) continue
      const claimed = transfer.openFor(piece, block, this)
      if (!claimed) continue
      open = claimed
      taken.push(block)
    }
    if (!open) return
    open.restored = true
    open.holds++
    try {
      for (const run of runsOf(taken)) {
        const { at, bytes } = open.bytesOf(run)
        await transfer.storage.read(layout.pieceOffset(piece) + at, bytes)
      }
    } catch {
      // The file is gone, or another: all of the piece is fetched.
      return transfer.abandon(open)
    } finally {
      this.#letGo(open)
    }
    for (const block of taken) transfer.restored(open, block, this)
  }
}
