import type { Clock } from '../../base/clock.ts'
import { TokenBucket } from '../../base/token-bucket.ts'
import { type Endpoint, ownerKey } from './contact.ts'

export interface QueryLimitOptions {
  /**
   * Queries per second from one address (a /64 of IPv6), averaged over some seconds. Default 10.
   */
  readonly perAddress?: number
  /** Queries per second from all addresses together. Default 500. */
  readonly inAll?: number
  /** Bytes per second of all responses together. Default 100,000. */
  readonly replyBytes?: number
}

/** Size of the buckets, in seconds of the rate. */
const BURST_SECONDS = 4
const MAX_ADDRESSES = 4096

/**
 * Decides which queries to answer. The source of a datagram can be forged, so a response may hit a
 * victim: each query gets one response of at most 1,024 bytes, within limits per address and in
 * total. Queries beyond them are dropped silently.
 */
export class QueryLimits {
  readonly #clock: Clock
  readonly #perAddress: number
  readonly #inAll: TokenBucket
  readonly #replyBytes: TokenBucket
  /** In the order of their last query. */
  readonly #addresses = new Map<string, TokenBucket>()

  constructor(clock: Clock, options: QueryLimitOptions = {}) {
    this.#clock = clock
    this.#perAddress = options.perAddress ?? 10
    this.#inAll = bucketOf(options.inAll ?? 500, clock.nowMs())
    this.#replyBytes = bucketOf(options.replyBytes ?? 100_000, clock.nowMs())
  }

  /** Returns true if a query from this address should be handled. */
  admits(from: Endpoint): boolean {
    const now = this.#clock.nowMs()
    const key = ownerKey(from)
    const bucket = this.#addresses.get(key) ?? bucketOf(this.#perAddress, now)
    this.#addresses.delete(key)
    // Dropping an entry refills its bucket, which is most likely full for the oldest one anyway.
    if (this.#addresses.size >= MAX_ADDRESSES) this.#addresses.delete(this.#addresses.keys().next().value!)
    this.#addresses.set(key, bucket)
    return bucket.take(1, now) && this.#inAll.take(1, now)
  }

  /** Returns true if a response of this size may be sent. */
  allowsReply(bytes: number): boolean {
    return this.#replyBytes.take(bytes, this.#clock.nowMs())
  }
}

function bucketOf(perSecond: number, nowMs: number): TokenBucket {
  return new TokenBucket(perSecond, perSecond * BURST_SECONDS, nowMs)
}
