import { RateMeter } from '../base/rate-meter.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'

const LEAST_BLOCKS = 2
const MOST_BLOCKS = 2000
const FIRST_BLOCKS = 4
/** Blocks to keep asked beyond what the path itself holds: more only grow cold in socket buffers before we get to read them. */
const QUEUED_BLOCKS = 250
/** How long the source should have work for, beyond its latency: what a choke or a slow turn of our event loop must not exhaust. */
const QUEUE_MS = 2000
/** An answer that took longer waited in the source's queue: the window has outgrown the path. */
const CONGESTED_MS = 1000
/** A longer shortest answer is not latency. Bounds what a source that dawdles on purpose can have us ask for. */
const MOST_LATENCY_MS = 2000

/**
 * How many blocks to keep asked of one source.
 *
 * At first one more for each block that arrives, so that the window doubles each round trip, as TCP's does: 500 MB/s over loopback are
 * reached in some ten round trips. Once an answer takes a second, the window is what the measured rate carries in the latency plus two
 * seconds: 4 blocks at 10 KB/s. A fast source gets no two seconds' work but `QUEUED_BLOCKS`. BEP 3 asks for several, for good TCP
 * performance, and leaves the number open.
 */
export class RequestWindow {
  readonly #meter = new RateMeter()
  #limit = MOST_BLOCKS
  #blocks = FIRST_BLOCKS
  #growing = true
  #latencyMs = Number.POSITIVE_INFINITY

  /** Blocks to keep asked: 2 to 2000, never more than the source's limit. */
  get target(): number {
    return Math.min(this.#limit, this.#blocks)
  }

  /** The shortest time from a request to its block; 0 before the first. */
  get latencyMs(): number {
    return this.#latencyMs === Number.POSITIVE_INFINITY ? 0 : this.#latencyMs
  }

  /** As many requests the source keeps (BEP 10 `reqq`); never taken for less than 1. */
  limit(requests: number): void {
    this.#limit = Math.max(1, Math.min(MOST_BLOCKS, Math.floor(requests) || 1))
  }

  /** A block of `bytes` arrived, `responseMs` after it was asked for; 0 when that is not known. */
  onBlock(bytes: number, responseMs: number, nowMs: number): void {
    if (responseMs > 0) this.#meter.begin(nowMs - responseMs)
    this.#meter.add(bytes, nowMs)
    if (responseMs > 0 && responseMs < this.#latencyMs)
      this.#latencyMs = Math.min(responseMs, MOST_LATENCY_MS)
    const bytesPerSecond = this.#meter.bytesPerSecond(nowMs)
    const carried = this.#carried(bytesPerSecond)
    if (responseMs > CONGESTED_MS) this.#growing = false
    const blocks = this.#growing ? Math.max(this.#blocks + 1, carried) : carried
    this.#blocks = Math.min(blocks, this.#most(bytesPerSecond))
  }

  /** Nothing has come for long: the next blocks have to show again what the source can do. */
  stalled(): void {
    this.#growing = false
    this.#blocks = LEAST_BLOCKS
  }

  /** What the measured rate brings in the latency and two seconds, and the block that is on its way. */
  #carried(bytesPerSecond: number): number {
    const bytes = (bytesPerSecond * (this.latencyMs + QUEUE_MS)) / 1000
    return Math.max(LEAST_BLOCKS, 1 + Math.ceil(bytes / BLOCK_BYTES))
  }

  /** Twice what the path holds, so that it can go on growing, and `QUEUED_BLOCKS`. */
  #most(bytesPerSecond: number): number {
    const held = Math.ceil((bytesPerSecond * this.latencyMs) / 1000 / BLOCK_BYTES)
    return Math.min(MOST_BLOCKS, 2 * held + QUEUED_BLOCKS)
  }
}
