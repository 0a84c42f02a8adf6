/**
 * Blocks per second that the piece picker selects, with 100,000 pieces and 50 sources at full
 * speed, while HAVE messages change the rarity of pieces. There is no rival: it shows the share of
 * a core that the decisions of a fast download need.
 */
import { Bitfield } from '../packages/torrent/src/base/bitfield.ts'
import { seededRandom } from '../packages/torrent/src/base/random.ts'
import { PiecePicker } from '../packages/torrent/src/pieces/piece-picker.ts'
import type { BlockSource } from '../packages/torrent/src/pieces/pieces.ts'
import type { BenchOptions, Section } from './bench.ts'
import { medianOf } from './statistics.ts'

const PIECES = 100_000
const SOURCES = 50
/** Pending blocks per source. */
const WINDOW = 64
/** Number of blocks that arrive in one read of a fast connection. */
const BURST = 8
const BLOCK_BYTES = 16384
/** Decisions of a download at 500 MB/s. */
const FAST_BLOCKS_PER_SECOND = 30_000
/** Rounds between checks of the time limit. */
const ROUNDS_PER_CHECK = 16

interface PickerRun {
  readonly blocksPerSecond: number
  readonly havesPerSecond: number
}

export async function run({ quick, runs, log }: BenchOptions): Promise<Section[]> {
  log('picker')
  const limitMs = quick ? 100 : 1000
  const measured = new Map<string, PickerRun[]>()
  for (let round = 0; round < runs; round++)
    for (const blocksPerPiece of [1, 16, 256])
      for (const share of [1, 0.5, 0.01]) {
        const name = `${blocksPerPiece} per piece, sources have ${share * 100} %`
        measured.set(name, [...(measured.get(name) ?? []), pickFor(limitMs, blocksPerPiece, share)])
      }
  return [
    {
      title: `Piece picker: ${PIECES} pieces, ${SOURCES} sources, ${WINDOW} blocks requested from each`,
      columns: [
        'blocks',
        'picked per second',
        `fraction of a core at ${FAST_BLOCKS_PER_SECOND} per second`,
        'HAVE messages meanwhile',
      ],
      rows: [...measured].map(([name, all]) => {
        const speed = medianOf(all, one => one.blocksPerSecond)
        const haves = medianOf(all, one => one.havesPerSecond)
        return [
          name,
          speed.toFixed(0),
          `${((100 * FAST_BLOCKS_PER_SECOND) / speed).toFixed(1)} %`,
          `${haves.toFixed(0)} per second`,
        ]
      }),
      goals: [],
      runs: Object.fromEntries(measured),
    },
  ]
}

/**
 * Starts a new torrent whenever one is complete. `share`: the fraction of the torrent that each
 * source has.
 */
function pickFor(limitMs: number, blocksPerPiece: number, share: number): PickerRun {
  let [blocks, haves, spentMs] = [0, 0, 0]
  for (let seed = 1; spentMs < limitMs; seed++) {
    const torrent = new SimulatedDownload(blocksPerPiece, share, seed)
    const begin = performance.now()
    while (!torrent.isOver && spentMs + performance.now() - begin < limitMs)
      for (let i = 0; i < ROUNDS_PER_CHECK; i++) torrent.round(begin)
    spentMs += performance.now() - begin
    blocks += torrent.blocks
    haves += torrent.haves
  }
  return { blocksPerSecond: blocks / (spentMs / 1000), havesPerSecond: haves / (spentMs / 1000) }
}

/** A download without data. */
class SimulatedDownload {
  blocks = 0
  haves = 0
  isOver = false
  readonly #blocksPerPiece: number
  readonly #random
  readonly #picker: PiecePicker
  readonly #sources: { source: BlockSource; bits: Bitfield; queue: number[] }[] = []
  readonly #picked: number[] = []

  constructor(blocksPerPiece: number, share: number, seed: number) {
    this.#blocksPerPiece = blocksPerPiece
    this.#random = seededRandom(seed)
    this.#picker = new PiecePicker({
      layout: {
        pieceCount: PIECES,
        pieceLengthBytes: blocksPerPiece * BLOCK_BYTES,
        blockCount: () => blocksPerPiece,
      },
      have: new Bitfield(PIECES),
      random: this.#random,
      maxPartialBytes: Math.max(2 * SOURCES * WINDOW, SOURCES * blocksPerPiece) * BLOCK_BYTES,
    })
    for (let id = 0; id < SOURCES; id++) this.#addSource(id, share)
  }

  /** A burst of blocks arrives from each source, and the same number is requested again. */
  round(nowMs: number): void {
    const before = this.blocks
    for (const { source, bits, queue } of this.#sources) {
      for (const block of queue.splice(0, BURST)) this.#arrive(source, block)
      this.#picked.length = 0
      this.blocks += this.#picker.pick(source, WINDOW - queue.length, nowMs, this.#picked)
      queue.push(...this.#picked)
      const piece = this.#random.below(PIECES)
      if (source.isSeed || !bits.set(piece)) continue
      this.#picker.sources.gained(piece)
      this.haves++
    }
    this.isOver = this.blocks === before && this.#sources.every(({ queue }) => queue.length === 0)
  }

  #arrive(source: BlockSource, block: number): void {
    if (!this.#picker.received(source.id, block).pieceComplete) return
    this.#picker.pieceDone(Math.floor(block / this.#blocksPerPiece))
  }

  #addSource(id: number, share: number): void {
    const bits = new Bitfield(PIECES)
    for (let piece = 0; piece < PIECES; piece++) if (this.#random.below(1000) < share * 1000) bits.set(piece)
    const source: BlockSource = {
      id,
      isSeed: share === 1,
      bytesPerSecond: 1_000_000 + id,
      onParole: false,
      wantsRuns: false,
      suggested: [],
      has: piece => bits.has(piece),
    }
    this.#sources.push({ source, bits, queue: [] })
    this.#picker.sources.add(source, source.isSeed ? 'all' : bits)
  }
}
