import type { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import type { LimitChain } from '../../base/rate-limit.ts'
import { RateMeter } from '../../base/rate-meter.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import type { HttpRanges, RangeFailure } from '../../transport/http/http-ranges.ts'
import type { BlockSupplier } from '../block-supplier.ts'
import type { PieceBuffer } from '../piece-buffer.ts'
import type { Transfer } from '../transfer.ts'
import { Lane, type LaneOwner } from './lane.ts'
import { MissingFiles } from './missing-files.ts'
import { runLength, toRuns } from './runs.ts'
import type { SeedUrl } from './seed-url.ts'

/** Connections to one web seed: while one waits for the first byte of its next range, the other keeps the line busy. */
const LANES = 2
/** A seed that owes us a block and completes none for this long is snubbing us, however many bytes trickle in. */
const STALL_MS = 20_000
/** Waits after failures without a block in between: doubled each time. */
const FIRST_WAIT_MS = 2000
const MOST_WAIT_MS = 10 * 60_000
/** After this many missing files in a row the whole server is left alone for a while. */
const MISSING_IN_A_ROW = 8

/** The part of a torrent that a web seed uses. */
export interface WebSeedHost {
  readonly clock: Clock
  readonly transfer: Transfer
  readonly throttle: LimitChain
  onDownloaded(bytes: number): void
  onWasted(bytes: number): void
  /** The seed is abandoned for good. */
  onGone(): void
  log(line: string): void
}

/** `waiting`: tried again later. `gone`: never again. */
export type WebSeedState = 'idle' | 'working' | 'waiting' | 'gone'

/**
 * A web server that has the torrent's files (BEP 19), as a source of blocks in addition to the peers. Long runs of blocks are requested from it,
 * one range of a file per request, on two connections.
 */
export class WebSeed implements BlockSupplier, LaneOwner {
  readonly id: number
  readonly url: SeedUrl
  readonly ranges: HttpRanges
  readonly wantsRuns = true
  readonly suggested: readonly number[] = []
  readonly meter = new RateMeter()
  onParole = false
  snubbed = false
  bytesPerSecond = 0
  totalBytes = 0
  /** Bytes among those that we had already. */
  wastedBytes = 0
  readonly startedMs: number
  /** Why nothing is requested from it at present, as text for the user. */
  trouble: string | null = null
  readonly #host: WebSeedHost
  readonly #lanes: Lane[] = []
  readonly #asked = new Set<number>()
  readonly #missing: MissingFiles
  readonly #picked: number[] = []
  /** The pieces that the picker counts for it; null while it is not in the picker. */
  #has: Bitfield | 'all' | null = null
  #state: 'usable' | 'waiting' | 'gone' | 'paused' = 'usable'
  #retryMs = 0
  #failures = 0
  #missingInARow = 0
  #lastBlockMs = 0
  #held = false
  /** Bytes that the limits allowed and that have not arrived yet; negative if more arrived than the limits allowed. */
  #creditBytes = 0
  #closed = false
  #filling = false

  constructor(options: { id: number; url: SeedUrl; ranges: HttpRanges; host: WebSeedHost }) {
    this.id = options.id
    this.url = options.url
    this.ranges = options.ranges
    this.#host = options.host
    this.startedMs = options.host.clock.nowMs()
    this.#missing = new MissingFiles(options.host.transfer.layout)
    for (let lane = 0; lane < LANES; lane++) this.#lanes.push(new Lane(this))
    this.#join()
  }

  get key(): string {
    return this.url.label
  }

  get transfer(): Transfer {
    return this.#host.transfer
  }

  get isSeed(): boolean {
    return this.#has === 'all'
  }

  has(piece: number): boolean {
    return this.#has === 'all' || (this.#has?.has(piece) ?? false)
  }

  /** The part of the torrent that it is believed to have, 0 to 1. */
  get progress(): number {
    if (this.#state === 'gone') return 0
    const { pieceCount } = this.transfer.layout
    return pieceCount === 0 ? 1 : this.#missing.pieces().count / pieceCount
  }

  get state(): WebSeedState {
    if (this.#state === 'gone' || this.#state === 'waiting') return this.#state
    return this.#asked.size > 0 ? 'working' : 'idle'
  }

  // Asking

  fill(): void {
    if (this.#closed || this.#state !== 'usable' || this.#filling || !this.transfer.writer.hasRoom) return
    this.#hold(this.#creditBytes < 0)
    if (this.#held) return
    this.#filling = true
    for (const lane of this.#lanes) if (!lane.isBusy && !this.#give(lane)) break
    this.#filling = false
    // Nothing is left to fetch, so no connection is kept open.
    if (this.#asked.size === 0 && this.transfer.picker.pieces.isFinished) this.ranges.closeIdle()
  }

  /** Gives a lane its next blocks: to the end of the last piece, so that pieces are mostly hashed as they arrive. */
  #give(lane: Lane): boolean {
    const { picker, layout } = this.transfer
    const now = this.#host.clock.nowMs()
    const picked = this.#picked
    picked.length = 0
    const count = runLength(this.bytesPerSecond)
    if (picker.pick(this, count, now, picked) === 0) return false
    const last = picked[picked.length - 1]!
    const piece = Math.floor(last / picker.pieces.blocksPerPiece)
    const rest = layout.blockCount(piece) - 1 - (last - piece * picker.pieces.blocksPerPiece)
    if (picked.length === count && rest > 0 && rest <= count) picker.pick(this, rest, now, picked)
    if (this.#asked.size === 0) {
      this.#lastBlockMs = now
      this.meter.begin(now)
    }
    for (const block of picked) this.#asked.add(block)
    lane.start(toRuns(picked))
    return true
  }

  isAsked(block: number): boolean {
    return this.#asked.has(block)
  }

  cancelBlock(number: number): void {
    if (this.#asked.delete(number)) for (const lane of this.#lanes) lane.recheck()
  }

  // Events of the lanes

  onBytes(bytes: number): void {
    this.meter.add(bytes, this.#host.clock.nowMs())
    this.#host.onDownloaded(bytes)
    if (this.#host.throttle.isLimited) {
      this.#creditBytes -= bytes
      this.#pay()
    } else if (!this.transfer.writer.hasRoom) this.#hold(true)
  }

  onBlock(block: number, open: PieceBuffer | null, index: number, bytes: number): void {
    const { transfer } = this
    const asked = this.#asked.delete(block)
    this.#lastBlockMs = this.#host.clock.nowMs()
    this.snubbed = false
    this.trouble = null
    this.#failures = 0
    this.#missingInARow = 0
    this.totalBytes += bytes
    if (open) {
      if (!transfer.arrived(this.id, block, open, index)) this.#wasted(bytes)
      return
    }
    if (asked) transfer.picker.released(this.id, block)
    this.#wasted(bytes)
  }

  #wasted(bytes: number): void {
    this.wastedBytes += bytes
    this.#host.onWasted(bytes)
  }

  onLaneIdle(): void {
    this.bytesPerSecond = this.meter.bytesPerSecond(this.#host.clock.nowMs())
    this.fill()
  }

  onLaneFailed(lane: Lane, failure: RangeFailure, file: number): void {
    const { fate, message, retryAfterMs } = failure
    if (fate === 'server-gone') return this.#giveUp(message)
    if (fate === 'server-later') return this.#wait(message, retryAfterMs)
    const forever = fate === 'file-gone'
    this.#missing.add(file, this.#host.clock.nowMs(), { forever, retryAfterMs })
    this.#release(lane)
    this.#possess()
    const path = this.transfer.layout.files[file]!.path.join('/')
    this.trouble = `${path}: ${message}`
    this.#log(`${path}: ${message}${forever ? ': it is not asked for it again' : ''}`)
    if (++this.#missingInARow >= MISSING_IN_A_ROW) this.#wait('it has none of the files', retryAfterMs)
    else this.fill()
  }

  // Limits and storage

  /** Pays the limits for bytes that arrived ahead of them. Nothing more is read until that is done. */
  #pay(): void {
    const { throttle } = this.#host
    while (this.#creditBytes < 0) {
      if (!throttle.take(BLOCK_BYTES)) {
        this.#hold(true)
        throttle.whenReady(this.#onTokens)
        return
      }
      this.#creditBytes += BLOCK_BYTES
    }
    this.#hold(!this.transfer.writer.hasRoom)
  }

  readonly #onTokens = () => {
    if (this.#closed) return
    this.#pay()
    if (!this.#held) this.fill()
  }

  /** Stops or resumes reading. */
  #hold(held: boolean): void {
    if (held === this.#held) return
    this.#held = held
    this.#lastBlockMs = this.#host.clock.nowMs()
    for (const lane of this.#lanes) {
      if (held) lane.pause()
      else lane.resume()
    }
  }

  // Time

  tick(nowMs: number): void {
    if (this.#closed) return
    this.bytesPerSecond = this.meter.bytesPerSecond(nowMs)
    if (this.#missing.expire(nowMs)) this.#possess()
    if (this.#state === 'waiting' && nowMs >= this.#retryMs) {
      this.#state = 'usable'
      this.#join()
    }
    if (this.#held) this.#lastBlockMs = nowMs
    if (this.#asked.size > 0 && nowMs - this.#lastBlockMs > STALL_MS) {
      this.snubbed = true
      this.#wait(`it sent nothing of use for ${STALL_MS / 1000} seconds`, 0)
    }
    this.fill()
  }

  pause(): void {
    if (this.#state !== 'usable' && this.#state !== 'waiting') return
    this.#leave()
    this.#state = 'paused'
  }

  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'usable'
    this.#join()
    this.fill()
  }

  ban(): void {
    this.#giveUp('it sent wrong bytes', false)
  }

  close(): void {
    if (this.#closed) return
    this.#leave()
    this.#closed = true
  }

  // What it has, and whether it is asked at all

  #giveUp(why: string, tell = true): void {
    if (this.#state === 'gone') return
    this.#leave()
    this.#state = 'gone'
    this.trouble = why
    if (tell) this.#log(`${why}: it is given up`)
    this.#host.onGone()
  }

  #wait(why: string, retryAfterMs: number): void {
    this.#leave()
    const waitMs = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures++, 20))
    const chosenMs = Math.max(waitMs, retryAfterMs)
    this.#state = 'waiting'
    this.#retryMs = this.#host.clock.nowMs() + chosenMs
    this.#missingInARow = 0
    this.trouble = why
    this.#log(`${why}: tried again in ${Math.ceil(chosenMs / 1000)} s`)
  }

  /** Puts it into the picker. */
  #join(): void {
    this.#has = this.#missing.size === 0 ? 'all' : this.#missing.pieces()
    this.transfer.picker.sources.add(this, this.#has)
  }

  /** Returns the requests to the picker and leaves it: blocks that only this seed has are unavailable now. */
  #leave(): void {
    for (const lane of this.#lanes) lane.stop()
    this.#asked.clear()
    this.#host.throttle.cancel()
    if (this.#creditBytes !== 0 && this.#host.throttle.isLimited) this.#host.throttle.give(this.#creditBytes)
    this.#creditBytes = 0
    this.#held = false
    for (const lane of this.#lanes) lane.resume()
    this.ranges.closeIdle()
    const has = this.#has
    if (has === null) return
    this.transfer.picker.releaseAll(this.id)
    this.transfer.picker.sources.remove(this, has)
    this.#has = null
  }

  /** Updates the picker after the set of available pieces changed. */
  #possess(): void {
    const before = this.#has
    if (before === null) return
    this.#has = this.#missing.size === 0 ? 'all' : this.#missing.pieces()
    this.transfer.picker.sources.replace(this, before, this.#has)
  }

  /** Takes back the requests of a lane. */
  #release(lane: Lane): void {
    const { left } = lane
    lane.stop()
    for (const block of left) if (this.#asked.delete(block)) this.transfer.picker.released(this.id, block)
  }

  #log(text: string): void {
    this.#host.log(`web seed ${this.url.label}: ${text}`)
  }
}
