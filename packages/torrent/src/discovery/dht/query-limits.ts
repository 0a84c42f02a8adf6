import type { Clock } from '../../base/clock.ts'
import { type Endpoint, ownerKey } from './contact.ts'

export interface QueryLimitOptions {
  /** Queries a second that one address (a /64 of IPv6) may send us, over some seconds. Default 10. */
  readonly perAddress?: number
  /** Queries a second from all together. Default 500. */
  readonly inAll?: number
  /** Bytes a second that all answers together may take. Default 100,000. */
  readonly replyBytes?: number
}

/** What may be saved up, in seconds of the rate. */
const BURST_SECONDS = 4
const MAX_ADDRESSES = 4096

/**
 * Whom to answer. A datagram's source can be forged, so an answer may hit a victim: each query is worth one answer of at most 1,024
 * bytes, and no address, nor all together, gets more of them than these rates. What exceeds them is dropped in silence.
 */
export class QueryLimits {
  readonly #clock: Clock
  readonly #perAddress: number
  readonly #inAll: Bucket
  readonly #replyBytes: Bucket
  /** Who asked last comes last. */
  readonly #addresses = new Map<string, Bucket>()

  constructor(clock: Clock, options: QueryLimitOptions = {}) {
    this.#clock = clock
    this.#perAddress = options.perAddress ?? 10
    this.#inAll = new Bucket(options.inAll ?? 500, clock.nowMs())
    this.#replyBytes = new Bucket(options.replyBytes ?? 100_000, clock.nowMs())
  }

  /** Whether to look at a query from there. */
  admits(from: Endpoint): boolean {
    const now = this.#clock.nowMs()
    const key = ownerKey(from)
    const bucket = this.#addresses.get(key) ?? new Bucket(this.#perAddress, now)
    this.#addresses.delete(key)
    // The oldest is the likeliest to have its whole burst again, which is what forgetting gives it.
    if (this.#addresses.size >= MAX_ADDRESSES) this.#addresses.delete(this.#addresses.keys().next().value!)
    this.#addresses.set(key, bucket)
    return bucket.take(1, now) && this.#inAll.take(1, now)
  }

  /** Whether an answer of so many bytes may leave. */
  allowsReply(bytes: number): boolean {
    return this.#replyBytes.take(bytes, this.#clock.nowMs())
  }
}

/** Tokens that come at a rate and are saved up to a bound. */
class Bucket {
  readonly #perSecond: number
  #tokens: number
  #filledMs: number

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond * BURST_SECONDS
    this.#filledMs = nowMs
  }

  take(count: number, nowMs: number): boolean {
    const gained = ((nowMs - this.#filledMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond * BURST_SECONDS, this.#tokens + gained)
    this.#filledMs = nowMs
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }
}
