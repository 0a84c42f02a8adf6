import type { Clock } from '../../base/clock.ts'
import type { LimitChain } from '../../base/rate-limit.ts'
import { RateMeter } from '../../base/rate-meter.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { BlockSource } from '../../pieces/pieces.ts'
import type { HttpRanges, RangeFailure } from '../../transport/http/http-ranges.ts'
import type { PieceBuffer } from '../pieces/piece-buffer.ts'
import type { Transfer } from '../pieces/transfer.ts'
import { Lane, type LaneEvents } from './lane.ts'
import { runLength, toRuns } from './runs.ts'
import type { SeedUrl } from './seed-url.ts'

/**
 * Number of connections to one web seed: while one waits for the first byte of its next range, the
 * other keeps the line busy.
 */
const LANES = 2
/**
 * A seed that owes us a block and completes none for this long is snubbing us, however many bytes
 * trickle in.
 */
export const STALL_MS = 20_000

/** Events that a fetcher reports to its web seed. */
interface FetcherEvents {
  /** Payload bytes arrived. */
  onDownloaded(bytes: number): void
  /** Useless bytes arrived. */
  onWasted(bytes: number): void
  onBlock(): void
  /** More blocks can be requested. */
  onReady(): void
  /** A request failed; its blocks are free again. */
  onFailure(failure: RangeFailure, file: number): void
}

export interface FetcherOptions {
  readonly id: number
  readonly url: SeedUrl
  readonly ranges: HttpRanges
  readonly clock: Clock
  readonly transfer: Transfer
  readonly throttle: LimitChain
  readonly events: FetcherEvents
}

/**
 * Fetches blocks from a web server over two connections, no faster than the limits and storage
 * allow.
 */
export class Fetcher implements LaneEvents {
  readonly meter = new RateMeter()
  /** The rate at its last use. */
  bytesPerSecond = 0
  totalBytes = 0
  /** Bytes among those that we already had. */
  wastedBytes = 0
  readonly #options: FetcherOptions
  readonly #lanes: readonly Lane[]
  readonly #asked = new Set<number>()
  readonly #picked: number[] = []
  #lastBlockMs = 0
  /** Whether the lanes are paused, because of the limits or of storage. */
  #held = false
  /**
   * Bytes that the limits allowed and that have not arrived yet; negative if more arrived than the
   * limits allowed.
   */
  #creditBytes = 0
  #filling = false

  constructor(options: FetcherOptions) {
    const { transfer, url, ranges } = options
    this.#options = options
    const lane = () => new Lane({ transfer, url, ranges, asked: this.#asked, events: this })
    this.#lanes = Array.from({ length: LANES }, lane)
  }

  /** Whether blocks are requested. */
  get isWorking(): boolean {
    return this.#asked.size > 0
  }

  /** Whether the server owes us a block and completed none for too long. */
  isStalled(nowMs: number): boolean {
    return this.isWorking && nowMs - this.#lastBlockMs > STALL_MS
  }

  /** Requests more blocks for `source`, as far as it may. */
  fill(source: BlockSource): void {
    const { transfer, ranges } = this.#options
    if (this.#filling || !transfer.writer.hasRoom) return
    this.#hold(this.#creditBytes < 0)
    if (this.#held) return
    this.#filling = true
    for (const lane of this.#lanes) if (!lane.isBusy && !this.#give(lane, source)) break
    this.#filling = false
    // Nothing is left to fetch, so no connection is kept open.
    if (!this.isWorking && transfer.picker.pieces.isFinished) ranges.closeIdle()
  }

  /** Another source delivered the block. */
  cancelBlock(block: number): void {
    if (this.#asked.delete(block)) for (const lane of this.#lanes) lane.recheck()
  }

  /** Aborts pending requests. The picker still counts their blocks. */
  stop(): void {
    const { throttle, ranges } = this.#options
    for (const lane of this.#lanes) lane.stop()
    this.#asked.clear()
    throttle.cancel()
    if (this.#creditBytes !== 0 && throttle.isLimited) throttle.give(this.#creditBytes)
    this.#creditBytes = 0
    this.#held = false
    for (const lane of this.#lanes) lane.resume()
    ranges.closeIdle()
  }

  /** Once a second. */
  tick(nowMs: number): void {
    this.bytesPerSecond = this.meter.bytesPerSecond(nowMs)
    // A server that is held back is not stalling.
    if (this.#held) this.#lastBlockMs = nowMs
  }

  // Events of the lanes

  onBytes(bytes: number): void {
    const { clock, transfer, throttle, events } = this.#options
    this.meter.add(bytes, clock.nowMs())
    events.onDownloaded(bytes)
    if (throttle.isLimited) {
      this.#creditBytes -= bytes
      this.#pay()
    } else if (!transfer.writer.hasRoom) this.#hold(true)
  }

  onBlock(block: number, buffer: PieceBuffer | null, index: number, bytes: number): void {
    const { id, clock, transfer, events } = this.#options
    const asked = this.#asked.delete(block)
    this.#lastBlockMs = clock.nowMs()
    this.totalBytes += bytes
    events.onBlock()
    if (buffer) {
      if (transfer.arrived(id, block, buffer, index)) return
    } else if (asked) transfer.picker.released(id, block)
    this.wastedBytes += bytes
    events.onWasted(bytes)
  }

  onIdle(): void {
    const { clock, events } = this.#options
    this.bytesPerSecond = this.meter.bytesPerSecond(clock.nowMs())
    events.onReady()
  }

  onFailure(lane: Lane, failure: RangeFailure, file: number): void {
    const { id, transfer, events } = this.#options
    const { left } = lane
    lane.stop()
    for (const block of left) if (this.#asked.delete(block)) transfer.picker.released(id, block)
    events.onFailure(failure, file)
  }

  /**
   * Gives a lane its next blocks: to the end of the last piece, so that pieces are mostly hashed as
   * they arrive.
   */
  #give(lane: Lane, source: BlockSource): boolean {
    const { clock, transfer } = this.#options
    const { picker, layout } = transfer
    const now = clock.nowMs()
    const picked = this.#picked
    picked.length = 0
    const count = runLength(this.bytesPerSecond)
    if (picker.pick(source, count, now, picked) === 0) return false
    const last = picked[picked.length - 1]!
    const piece = Math.floor(last / picker.pieces.blocksPerPiece)
    const rest = layout.blockCount(piece) - 1 - (last - piece * picker.pieces.blocksPerPiece)
    if (picked.length === count && rest > 0 && rest <= count) picker.pick(source, rest, now, picked)
    if (!this.isWorking) {
      this.#lastBlockMs = now
      this.meter.begin(now)
    }
    for (const block of picked) this.#asked.add(block)
    lane.start(toRuns(picked))
    return true
  }

  /**
   * Pays the limits for bytes that arrived ahead of them. Nothing more is read until that is done.
   */
  #pay(): void {
    const { throttle, transfer } = this.#options
    while (this.#creditBytes < 0) {
      if (!throttle.take(BLOCK_BYTES)) {
        this.#hold(true)
        throttle.whenReady(this.#onTokens)
        return
      }
      this.#creditBytes += BLOCK_BYTES
    }
    this.#hold(!transfer.writer.hasRoom)
  }

  readonly #onTokens = () => {
    this.#pay()
    if (!this.#held) this.#options.events.onReady()
  }

  /** Stops or resumes reading. */
  #hold(held: boolean): void {
    if (held === this.#held) return
    this.#held = held
    this.#lastBlockMs = this.#options.clock.nowMs()
    for (const lane of this.#lanes) {
      if (held) lane.pause()
      else lane.resume()
    }
  }
}
