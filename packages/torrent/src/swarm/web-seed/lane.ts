import type { HttpRanges, RangeFailure, RangeReading, RangeSink } from '../../transport/http/http-ranges.ts'
import type { PieceBuffer } from '../pieces/piece-buffer.ts'
import type { Transfer } from '../pieces/transfer.ts'
import { blockOffset, blockSize, nextSpan } from './next-span.ts'
import type { SeedUrl } from './seed-url.ts'

/**
 * If no block of a request is wanted any more, up to this many bytes are read to its end to keep
 * the connection.
 */
const READ_ON_BYTES = 256 * 1024
const ZEROS = new Uint8Array(16 * 1024)

/**
 * Events that a lane reports to the fetcher that owns it, as an interface so that the two files do
 * not import each other.
 */
export interface LaneEvents {
  /** Payload arrived. */
  onBytes(bytes: number): void
  /** A block is complete. `buffer` is null if its bytes were dropped. */
  onBlock(block: number, buffer: PieceBuffer | null, index: number, bytes: number): void
  /** All blocks are done. */
  onIdle(): void
  onFailure(lane: Lane, failure: RangeFailure, file: number): void
}

export interface LaneOptions {
  readonly transfer: Transfer
  readonly url: SeedUrl
  readonly ranges: HttpRanges
  /** The blocks that are still to come from this seed. */
  readonly asked: ReadonlySet<number>
  readonly events: LaneEvents
}

/**
 * One connection of a web seed: fetches a list of blocks, with a request for each run of them
 * within a file, and writes the bytes directly to their buffers.
 */
export class Lane implements RangeSink {
  readonly #options: LaneOptions
  #blocks: readonly number[] = []
  /** The block that is next or arriving, and how many of its bytes have arrived. */
  #at = 0
  #within = 0
  #buffer: PieceBuffer | null = null
  /** The current request: its file, the bytes left, and the index after its last block. */
  #reading: RangeReading | null = null
  #file = -1
  #left = 0
  #end = 0
  #paused = false
  /** Counts starts and stops, since a callback may do either. */
  #job = 0

  constructor(options: LaneOptions) {
    this.#options = options
  }

  get isBusy(): boolean {
    return this.#at < this.#blocks.length
  }

  /** The blocks of this lane that are not complete. */
  get left(): readonly number[] {
    return this.#blocks.slice(this.#at)
  }

  /** Fetches these blocks, in this order. Call only if it is not busy. */
  start(blocks: readonly number[]): void {
    this.#job++
    this.#blocks = blocks
    this.#at = 0
    this.#within = 0
    this.#next()
  }

  /** Aborts the current request. */
  stop(): void {
    this.#job++
    this.#reading?.close()
    this.#reading = null
    this.#dropBlock()
    this.#blocks = []
    this.#at = 0
    this.#within = 0
  }

  pause(): void {
    this.#paused = true
    this.#reading?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#reading?.resume()
  }

  /**
   * Some blocks are no longer requested: aborts a request that has no others, unless it is nearly
   * complete.
   */
  recheck(): void {
    if (!this.#reading || this.#left <= READ_ON_BYTES) return
    const { asked } = this.#options
    for (let at = this.#at; at < this.#end; at++) if (asked.has(this.#blocks[at]!)) return
    this.#reading.close()
    this.#reading = null
    this.#dropBlock()
    this.#at = this.#end
    this.#within = 0
    this.#next()
  }

  onData(bytes: Uint8Array): void {
    this.#options.events.onBytes(bytes.length)
    this.#left -= bytes.length
    this.#fill(bytes, bytes.length)
  }

  onEnd(): void {
    this.#reading = null
    this.#next()
  }

  onFailure(failure: RangeFailure): void {
    this.#reading = null
    this.#options.events.onFailure(this, failure, this.#file)
  }

  /** Starts the next request, or ends. */
  #next(): void {
    const { transfer, url, ranges, asked, events } = this.#options
    const { layout } = transfer
    const job = this.#job
    while (this.isBusy) {
      if (this.#within === 0 && !asked.has(this.#blocks[this.#at]!)) {
        this.#at++
        continue
      }
      const span = nextSpan(
        layout,
        transfer.picker.pieces.blocksPerPiece,
        this.#blocks,
        this.#at,
        this.#within,
        asked,
      )
      const file = layout.files[span.file]!
      if (file.pad) {
        for (let left = span.lengthBytes; left > 0; left -= ZEROS.length)
          this.#fill(ZEROS, Math.min(left, ZEROS.length))
        if (job !== this.#job) return
        continue
      }
      this.#file = span.file
      this.#left = span.lengthBytes
      this.#end = this.#at + span.blocks
      this.#reading = ranges.read(
        {
          url: url.fileUrl(file),
          start: span.fileOffset,
          lengthBytes: span.lengthBytes,
          fileBytes: file.lengthBytes,
        },
        this,
      )
      if (this.#paused) this.#reading.pause()
      return
    }
    this.#blocks = []
    this.#at = 0
    events.onIdle()
  }

  /** Writes the next `length` bytes to their buffers. */
  #fill(bytes: Uint8Array, length: number): void {
    const { transfer, asked, events } = this.#options
    const { blocksPerPiece } = transfer.picker.pieces
    const job = this.#job
    for (let from = 0; from < length && job === this.#job; ) {
      const number = this.#blocks[this.#at]!
      const piece = Math.floor(number / blocksPerPiece)
      const index = number - piece * blocksPerPiece
      if (this.#within === 0 && asked.has(number)) this.#buffer = transfer.buffers.claim(piece, index, this)
      const size = blockSize(transfer.layout, blocksPerPiece, number)
      const count = Math.min(length - from, size - this.#within)
      const buffer = this.#buffer
      if (buffer?.isClaimedBy(index, this)) {
        const inPiece =
          blockOffset(transfer.layout, blocksPerPiece, number) - transfer.layout.pieceOffset(piece)
        const whole = from === 0 && count === bytes.length
        buffer.bytes.set(whole ? bytes : bytes.subarray(from, from + count), inPiece + this.#within)
      }
      this.#within += count
      from += count
      if (this.#within < size) continue
      this.#buffer = null
      this.#within = 0
      this.#at++
      events.onBlock(number, buffer?.isClaimedBy(index, this) ? buffer : null, index, size)
    }
  }

  /** Releases the block that was arriving, for other sources. */
  #dropBlock(): void {
    const number = this.#blocks[this.#at]
    const { transfer } = this.#options
    if (number !== undefined && this.#buffer)
      transfer.buffers.unclaim(this.#buffer, number % transfer.picker.pieces.blocksPerPiece, this)
    this.#buffer = null
  }
}
