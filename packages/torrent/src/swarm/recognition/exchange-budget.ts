import { parseIp, unmapIp } from '../../base/ip.ts'
import { ipNeighborhood } from '../../base/ip-owner.ts'
import { TokenBucket } from '../../base/token-bucket.ts'

/**
 * Maximum number of exchanges of a session per second, and at once: each takes about a
 * millisecond.
 */
const PER_SECOND = 10
const BURST = 60
/**
 * Maximum number of exchanges with one neighborhood of addresses, so that a peer cannot collect
 * our key under many names of its own.
 */
const NEAR_PER_SECOND = 0.1
const NEAR_BURST = 20
const MAX_NEIGHBORHOODS = 1000

/** Limits how many exchanges of `sh_peer` a session takes part in. */
export class ExchangeBudget {
  readonly #all: TokenBucket
  /** By neighborhood, the longest unused first. */
  readonly #near = new Map<string, TokenBucket>()

  constructor(nowMs: number) {
    this.#all = new TokenBucket(PER_SECOND, BURST, nowMs)
  }

  /** Whether to take part in an exchange with the peer at an IP address; counts it. */
  take(host: string, nowMs: number): boolean {
    const ip = parseIp(host)
    const key = ip && ipNeighborhood(unmapIp(ip))
    if (key !== null) {
      const bucket = this.#near.get(key) ?? new TokenBucket(NEAR_PER_SECOND, NEAR_BURST, nowMs)
      this.#near.delete(key)
      this.#near.set(key, bucket)
      if (this.#near.size > MAX_NEIGHBORHOODS) this.#near.delete(this.#near.keys().next().value!)
      if (!bucket.take(1, nowMs)) return false
    }
    return this.#all.take(1, nowMs)
  }
}
