import { Bitfield } from '../../base/bitfield.ts'
import { seededRandom } from '../../base/random.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import { PiecePicker, type PiecePickerOptions } from '../piece-picker.ts'
import type { PickerLayout } from '../piece-table.ts'
import type { BlockSource } from '../pieces.ts'

/** A source with every property settable. */
export class TestSource implements BlockSource {
  readonly id: number
  readonly bits: Bitfield
  bytesPerSecond = 0
  onParole = false
  reputation = 0
  wantsRuns = false
  choking = false
  suggested: number[] = []

  constructor(id: number, bits: Bitfield, options: Partial<TestSource> = {}) {
    this.id = id
    this.bits = bits
    Object.assign(this, options)
  }

  get isSeed(): boolean {
    return this.bits.isFull && !this.choking
  }

  has(piece: number): boolean {
    return this.bits.has(piece) && !this.choking
  }
}

/** Pieces of `blocks` blocks each, except the last, which has `lastBlocks`. */
export function plainLayout(pieceCount: number, blocks: number, lastBlocks = blocks): PickerLayout {
  return {
    pieceCount,
    pieceLengthBytes: blocks * BLOCK_BYTES,
    blockCount: piece => (piece === pieceCount - 1 ? lastBlocks : blocks),
  }
}

/** A picker with sources, and shorthands for tests. */
export class PickerWorld {
  readonly layout: PickerLayout
  readonly have: Bitfield
  readonly picker: PiecePicker
  now = 1000
  #nextId = 1

  constructor(layout: PickerLayout, options: Partial<PiecePickerOptions> & { seed?: number } = {}) {
    this.layout = layout
    this.have = new Bitfield(layout.pieceCount)
    this.picker = new PiecePicker({
      layout,
      have: this.have,
      random: seededRandom(options.seed ?? 1),
      ...options,
    })
  }

  /** Adds a source with these pieces. */
  source(pieces: readonly number[] | 'all', options: Partial<TestSource> = {}): TestSource {
    const bits = new Bitfield(this.layout.pieceCount)
    if (pieces === 'all') bits.setAll()
    else for (const piece of pieces) bits.set(piece)
    const source = new TestSource(this.#nextId++, bits, options)
    this.picker.sources.add(source, pieces === 'all' ? 'all' : bits)
    return source
  }

  pick(source: TestSource, count: number): number[] {
    const into: number[] = []
    const picked = this.picker.pick(source, count, this.now, into)
    if (picked !== into.length) throw new Error(`pick says ${picked} and gave ${into.length}`)
    return into
  }

  /** Like `pick`, but returns pairs of piece and block within it. */
  pickPairs(source: TestSource, count: number): [number, number][] {
    const { blocksPerPiece } = this.picker.pieces
    return this.pick(source, count).map(block => [Math.floor(block / blocksPerPiece), block % blocksPerPiece])
  }

  /** Picks `count` blocks and returns their pieces in order, each once. */
  pickPieces(source: TestSource, count: number): number[] {
    return [...new Set(this.pickPairs(source, count).map(([piece]) => piece))]
  }

  /** Delivers blocks from the source. Pieces that complete verify at once. */
  deliver(source: TestSource, blocks: readonly number[]): void {
    for (const block of blocks)
      if (this.picker.received(source.id, block).pieceComplete)
        this.picker.pieceDone(Math.floor(block / this.picker.pieces.blocksPerPiece))
  }
}
