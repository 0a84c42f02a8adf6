import { RateMeter } from '../base/rate-meter.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'

const LEAST_BLOCKS = 2
const MOST_BLOCKS = 2000
const FIRST_BLOCKS = 4
/**
 * Number of blocks to request beyond what the path itself holds. More would only wait in socket
 * buffers until we read them.
 */
const QUEUED_BLOCKS = 250
/**
 * Work for the source beyond its latency, so that a slow turn of our event loop does not leave it
 * idle.
 */
const QUEUE_MS = 2000
/**
 * An answer that took longer waited in the source's queue, so the window exceeds what the path
 * carries.
 */
const CONGESTED_MS = 1000
/**
 * Limit of the measured latency. Bounds what a source that delays answers on purpose can make us
 * request.
 */
const MOST_LATENCY_MS = 2000

/**
 * Decides how many blocks to keep requested from one source.
 *
 * At first the window grows by one for each block that arrives, so that it doubles each round trip,
 * as TCP's does: 500 MB/s over loopback take about ten round trips. Once an answer takes a second,
 * the window is what the measured rate carries in the latency plus two seconds: 4 blocks at 10
 * KB/s. A fast source gets `QUEUED_BLOCKS` instead of two seconds' work. BEP 3 recommends several
 * requests, for good TCP performance, but gives no number.
 */
export class RequestWindow {
  readonly #meter = new RateMeter()
  #limit = MOST_BLOCKS
  #blocks = FIRST_BLOCKS
  #growing = true
  #latencyMs = Number.POSITIVE_INFINITY

  /** Number of blocks to keep requested: 2 to 2000, never more than the source's limit. */
  get target(): number {
    return Math.min(this.#limit, this.#blocks)
  }

  /**
   * Shortest time from a request to its block, at most MOST_LATENCY_MS; 0 before the first block.
   */
  get latencyMs(): number {
    return this.#latencyMs === Number.POSITIVE_INFINITY ? 0 : this.#latencyMs
  }

  /** Sets how many requests the source keeps (BEP 10 `reqq`). Values below 1 count as 1. */
  limit(requests: number): void {
    this.#limit = Math.max(1, Math.min(MOST_BLOCKS, Math.floor(requests) || 1))
  }

  /** A block of `bytes` arrived `responseMs` after its request; 0 if that is not known. */
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

  /**
   * Nothing has arrived for a long time. The window starts over, and grows with the measured rate
   * only.
   */
  stalled(): void {
    this.#growing = false
    this.#blocks = LEAST_BLOCKS
  }

  /**
   * The blocks that the measured rate carries in the latency and QUEUE_MS, plus the block that is
   * on its way.
   */
  #carried(bytesPerSecond: number): number {
    const bytes = (bytesPerSecond * (this.latencyMs + QUEUE_MS)) / 1000
    return Math.max(LEAST_BLOCKS, 1 + Math.ceil(bytes / BLOCK_BYTES))
  }

  /** Twice what the path holds, so that it can keep growing, plus `QUEUED_BLOCKS`. */
  #most(bytesPerSecond: number): number {
    const held = Math.ceil((bytesPerSecond * this.latencyMs) / 1000 / BLOCK_BYTES)
    return Math.min(MOST_BLOCKS, 2 * held + QUEUED_BLOCKS)
  }
}
