import { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { BlockSource } from '../../pieces/pieces.ts'
import type { BlockSupplier } from '../../swarm/pieces/block-supplier.ts'
import type { Transfer } from '../../swarm/pieces/transfer.ts'
import { type CommonRange, CommonRanges, type OtherTorrent } from './common-ranges.ts'
import type { CommonFile } from './matches.ts'
import { Wishes } from './wishes.ts'

/** Number of blocks that are read at a time: 4 MiB. */
const MAX_READING = 256
/** Blocks of one read, at most to the end of a piece. */
const MAX_RUN = 64
/** Rate for the picker, which compares sources by their rates: no peer is faster than the disk. */
const DISK_BYTES_PER_SECOND = 500e6
/** Pause in reading after the other torrent's storage failed. */
const RETRY_MS = 30_000
export interface SharedSourceOptions {
  readonly id: number
  /** Identifies the other torrent in the log and for the smart ban. */
  readonly key: string
  readonly transfer: Transfer
  readonly other: OtherTorrent
  readonly files: readonly CommonFile[]
  readonly clock: Clock
  /** Bytes of one of our files were copied. */
  onTaken(file: number, bytes: number): void
  log(line: string): void
  /**
   * Runs a function that requests blocks on behalf of the other torrent, so that these requests are
   * not mistaken for a peer's.
   */
  claiming<T>(pick: () => T): T
}

/**
 * Another torrent of the session with some of the same files (BEP 52: equal pieces roots), as a
 * source of blocks. Its verified pieces are read from its storage, and verified again by our own
 * hashes. Blocks of pieces that it is downloading are claimed for it, and not requested from our
 * peers. They are free again when it gives up, and, like any late request, after three seconds for
 * peers that have nothing else to do.
 */
export class SharedSource implements BlockSupplier {
  readonly id: number
  readonly key: string
  readonly isSeed = false
  readonly wantsRuns = true
  readonly suggested: readonly number[] = []
  readonly bytesPerSecond = DISK_BYTES_PER_SECOND
  onParole = false
  readonly #options: SharedSourceOptions
  /**
   * Our pieces that the other torrent has completely, as counted by the picker; null while this is
   * not in the picker.
   */
  #pieces: Bitfield | null = null
  /** Number of verified pieces of the other when `#pieces` was computed. */
  #counted = -1
  readonly #reading = new Set<number>()
  /** Blocks that the other torrent is downloading. */
  readonly #claimed = new Set<number>()
  readonly #common: CommonRanges
  readonly #wishes: Wishes
  #use: 'usable' | 'failed' | 'paused' | 'closed' = 'usable'
  #retryMs = 0
  #filling = false

  constructor(options: SharedSourceOptions) {
    this.id = options.id
    this.key = options.key
    this.#options = options
    const { transfer, other, files } = options
    this.#common = new CommonRanges(transfer.layout, other, files)
    this.#wishes = new Wishes(transfer.picker, other, this.#common)
    this.#join()
  }

  has(piece: number): boolean {
    return this.#pieces?.has(piece) ?? false
  }

  fill(): void {
    const { transfer, clock, claiming } = this.#options
    if (this.#use !== 'usable' || this.#filling) return
    this.#filling = true
    while (this.#reading.size < MAX_READING && transfer.writer.hasRoom) {
      const picked: number[] = []
      if (claiming(() => transfer.picker.pick(this, MAX_RUN, clock.nowMs(), picked)) === 0) break
      this.#readAll(picked)
    }
    this.#filling = false
  }

  cancelBlock(number: number): void {
    this.#reading.delete(number)
    this.#claimed.delete(number)
  }

  tick(nowMs: number): void {
    if (this.#use === 'failed' && nowMs >= this.#retryMs) {
      this.#use = 'usable'
      this.#join()
    }
    if (this.#use !== 'usable') return
    if (this.#options.other.have.count !== this.#counted) this.#recount()
    this.#reviewClaims()
    this.#wishes.review(nowMs)
    this.fill()
  }

  /** The other torrent started to download a piece, which this one then does not request. */
  claim(theirPiece: number): void {
    if (this.#use !== 'usable' || this.#options.other.have.has(theirPiece)) return
    for (const range of this.#common.rangesOf(theirPiece)) this.#claimRange(range)
  }

  /** The other torrent verified and stored a piece. */
  gained(theirPiece: number): void {
    if (this.#use !== 'usable' || !this.#pieces) return
    const { picker } = this.#options.transfer
    for (const range of this.#common.rangesOf(theirPiece))
      for (const piece of this.#common.ourPieces(range))
        if (!this.#pieces.has(piece) && this.#common.isCovered(range.file, piece)) {
          this.#pieces.set(piece)
          picker.sources.gained(piece)
        }
    this.#counted = this.#options.other.have.count
    this.#reviewClaims()
    this.fill()
  }

  pause(): void {
    if (this.#use !== 'closed') this.#leave('paused')
  }

  resume(): void {
    if (this.#use !== 'paused') return
    this.#use = 'usable'
    this.#join()
    this.fill()
  }

  ban(): void {
    this.#options.log(`${this.key}: its bytes of a shared file are wrong: nothing more is taken from it`)
    this.close()
  }

  close(): void {
    this.#leave('closed')
  }

  #join(): void {
    this.#pieces = this.#present()
    this.#options.transfer.picker.sources.add(this, this.#pieces)
    const { other } = this.#options
    for (const piece of other.picker?.partialPieces() ?? []) this.claim(piece)
  }

  #leave(use: 'failed' | 'paused' | 'closed'): void {
    const { picker } = this.#options.transfer
    this.#use = use
    this.#reading.clear()
    this.#claimed.clear()
    this.#wishes.takeBack()
    if (!this.#pieces) return
    picker.releaseAll(this.id)
    picker.sources.remove(this, this.#pieces)
    this.#pieces = null
  }

  #recount(): void {
    const before = this.#pieces
    if (!before) return
    this.#pieces = this.#present()
    this.#options.transfer.picker.sources.replace(this, before, this.#pieces)
  }

  #present(): Bitfield {
    const { transfer, files, other } = this.#options
    const pieces = new Bitfield(transfer.layout.pieceCount)
    this.#counted = other.have.count
    for (const file of files) {
      const { first, end } = transfer.layout.piecesOf(file.ours)
      for (let piece = first; piece < end; piece++) if (this.#common.isCovered(file, piece)) pieces.set(piece)
    }
    return pieces
  }

  /** Claims the blocks of a range that have not been requested. */
  #claimRange(range: CommonRange): void {
    const { transfer, clock, claiming } = this.#options
    const { picker, layout } = transfer
    const { blocksPerPiece } = picker.pieces
    const { file, from, to } = range
    const offset = layout.files[file.ours]!.offsetBytes
    for (const piece of this.#common.ourPieces(range)) {
      if (!picker.pieces.isWanted(piece)) continue
      const begin = layout.pieceOffset(piece) - offset
      const first = Math.max(0, Math.ceil((from - begin) / BLOCK_BYTES))
      const end = Math.min(layout.blockCount(piece), Math.ceil((to - begin) / BLOCK_BYTES))
      const free = new Set<number>()
      for (let index = first; index < end; index++) {
        const block = piece * blocksPerPiece + index
        if (!picker.isRequested(block) && !picker.isReceived(block)) free.add(block)
      }
      if (free.size === 0) continue
      const picked: number[] = []
      const only: BlockSource = { ...this.#view(), has: candidate => candidate === piece }
      claiming(() => picker.pick(only, blocksPerPiece, clock.nowMs(), picked))
      for (const block of picked)
        if (free.has(block)) this.#claimed.add(block)
        else picker.released(this.id, block)
    }
  }

  #view(): Omit<BlockSource, 'has'> {
    const { id, isSeed, bytesPerSecond, onParole, suggested } = this
    return { id, isSeed, bytesPerSecond, onParole, suggested, wantsRuns: true }
  }

  /**
   * Reads claimed blocks that the other torrent now has, and releases those that it no longer
   * downloads.
   */
  #reviewClaims(): void {
    const { transfer } = this.#options
    const ready: number[] = []
    for (const block of this.#claimed) {
      const range = this.#common.ofBlock(block, transfer.picker.pieces.blocksPerPiece)
      if (this.#common.hasRange(range)) ready.push(block)
      else if (!this.#common.isUnderWay(range)) transfer.picker.released(this.id, block)
      else continue
      this.#claimed.delete(block)
    }
    if (ready.length > 0) this.#readAll(ready.sort((a, b) => a - b))
  }

  /** Reads blocks, with one read for each run of neighbors in a piece. */
  #readAll(blocks: readonly number[]): void {
    const { blocksPerPiece } = this.#options.transfer.picker.pieces
    let run: number[] = []
    for (const block of blocks) {
      this.#reading.add(block)
      const last = run.at(-1)
      if (last !== undefined && (block !== last + 1 || block % blocksPerPiece === 0)) {
        void this.#read(run)
        run = []
      }
      run.push(block)
    }
    if (run.length > 0) void this.#read(run)
  }

  async #read(run: readonly number[]): Promise<void> {
    const { transfer, other } = this.#options
    const { blocksPerPiece } = transfer.picker.pieces
    const { file, from } = this.#common.ofBlock(run[0]!, blocksPerPiece)
    const bytes = new Uint8Array(this.#common.ofBlock(run.at(-1)!, blocksPerPiece).to - from)
    try {
      await other.storage.read(other.layout.files[file.theirs]!.offsetBytes + from, bytes)
    } catch (error) {
      this.#failed(error)
      return
    }
    let taken = 0
    for (const [at, block] of run.entries()) {
      if (!this.#reading.delete(block)) continue
      const part = bytes.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES)
      if (this.#deliver(block, part)) taken += part.length
    }
    if (taken > 0) this.#options.onTaken(file.ours, taken)
    if (!transfer.have.isFull) this.fill()
  }

  /** Returns whether the block was needed. */
  #deliver(block: number, bytes: Uint8Array): boolean {
    const { transfer } = this.#options
    const { blocksPerPiece } = transfer.picker.pieces
    const piece = Math.floor(block / blocksPerPiece)
    const index = block - piece * blocksPerPiece
    const buffer = transfer.buffers.claim(piece, index, this)
    if (!buffer) {
      transfer.picker.released(this.id, block)
      return false
    }
    const begin = index * BLOCK_BYTES
    buffer.bytes.set(bytes, begin)
    // Padding of a hybrid torrent: memory of another piece may be reused.
    buffer.bytes.fill(0, begin + bytes.length, begin + transfer.layout.blockSize(piece, index))
    return transfer.arrived(this.id, block, buffer, index)
  }

  #failed(error: unknown): void {
    if (this.#use !== 'usable') return
    this.#options.log(`${this.key}: a shared file cannot be read: ${String((error as Error).message)}`)
    this.#retryMs = this.#options.clock.nowMs() + RETRY_MS
    this.#leave('failed')
  }
}
