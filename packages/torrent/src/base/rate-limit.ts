import type { Clock } from './clock.ts'
import { ShoalError } from './errors.ts'

/** Size of the bucket, in seconds of the rate. */
const BURST_SECONDS = 0.25
/** The bucket holds at least half a block of 16 KiB, or no block could ever leave at low rates. */
const MIN_BURST_BYTES = 8192
/** Shortest time between two wake-ups: at high rates several blocks leave at once. */
const MIN_WAIT_MS = 5

/**
 * A limit in bytes per second, shared by any number of users (see LimitChain). `Infinity` means
 * unlimited and costs nothing.
 *
 * It is a token bucket that holds at most a quarter of a second. A block may leave once half of its
 * tokens are there; the rest is owed. So the error over any span is at most half a block either
 * way, whereas waiting for all tokens would always fall short of the rate and leaving at the first
 * would always exceed it. Users that have to wait form a queue and are served one block at a time,
 * so that all of them get the same share. A timer runs only while a user waits.
 */
export class RateLimit {
  readonly #clock: Clock
  #bytesPerSecond: number
  #tokens = 0
  #updatedMs: number
  #queue: LimitChain[] = []
  #cancelTimer: (() => void) | null = null

  /** Throws `bad-argument` if the rate is negative or NaN. */
  constructor(clock: Clock, bytesPerSecond = Number.POSITIVE_INFINITY) {
    this.#clock = clock
    this.#bytesPerSecond = checked(bytesPerSecond)
    this.#updatedMs = clock.nowMs()
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond
  }

  get isUnlimited(): boolean {
    return this.#bytesPerSecond === Number.POSITIVE_INFINITY
  }

  /** Number of users in the queue. */
  get waiting(): number {
    return this.#queue.length
  }

  /**
   * Changes the rate at once, also for users that are waiting. 0 stops everything. Throws
   * `bad-argument` as the constructor does.
   */
  setRate(bytesPerSecond: number): void {
    const rate = checked(bytesPerSecond)
    this.#refill()
    this.#bytesPerSecond = rate
    if (this.isUnlimited) this.#tokens = 0
    this.#tokens = Math.min(this.#tokens, this.#burstBytes)
    this.#schedule()
  }

  /** Stops the timer and empties the queue. */
  close(): void {
    this.#queue = []
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  /**
   * Returns true if this many bytes may leave now. While users wait, only the next one may take.
   * @internal
   */
  allows(bytes: number, user: LimitChain): boolean {
    if (this.isUnlimited) return true
    if (this.#queue.length > 0 && !user.admitted) return false
    this.#refill()
    return this.#tokens >= this.#need(bytes)
  }

  /** Takes tokens unconditionally; a negative number gives them back. @internal */
  charge(bytes: number): void {
    if (this.isUnlimited) return
    this.#refill()
    this.#tokens = Math.min(this.#tokens - bytes, this.#burstBytes)
  }

  /**
   * Returns the milliseconds until this many bytes may leave if no other user is served;
   * `Infinity` for never. @internal
   */
  waitMs(bytes: number): number {
    if (this.isUnlimited) return 0
    this.#refill()
    const missing = this.#need(bytes) - this.#tokens
    return missing <= 0 ? 0 : (missing * 1000) / this.#bytesPerSecond
  }

  /** @internal */
  enqueue(user: LimitChain): void {
    this.#queue.push(user)
    if (this.#queue.length === 1) this.#schedule()
  }

  /** @internal */
  dequeue(user: LimitChain): void {
    const at = this.#queue.indexOf(user)
    if (at < 0) return
    this.#queue.splice(at, 1)
    if (at === 0) this.#schedule()
  }

  get #burstBytes(): number {
    return Math.max(MIN_BURST_BYTES, this.#bytesPerSecond * BURST_SECONDS)
  }

  #need(bytes: number): number {
    return Math.min(bytes / 2, this.#burstBytes)
  }

  #refill(): void {
    const now = this.#clock.nowMs()
    if (!this.isUnlimited) {
      const fresh = ((now - this.#updatedMs) * this.#bytesPerSecond) / 1000
      this.#tokens = Math.min(this.#tokens + fresh, this.#burstBytes)
    }
    this.#updatedMs = now
  }

  #schedule(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
    const head = this.#queue[0]
    if (!head) return
    const waitMs = this.isUnlimited ? 0 : Math.max(MIN_WAIT_MS, this.waitMs(head.wantedBytes))
    if (waitMs === Number.POSITIVE_INFINITY) return
    this.#cancelTimer = this.#clock.after(waitMs, () => this.#serve())
  }

  /** Serves waiting users, one turn each, until the tokens are used up. */
  #serve(): void {
    this.#cancelTimer = null
    try {
      // A user that wants more goes to the end of the queue, so this ends with the tokens. The
      // bound is for a limit that was just lifted.
      for (let served = 0; served < 4096 && this.#queue.length > 0; served++) {
        if (this.waitMs(this.#queue[0]!.wantedBytes) > 0) break
        this.#queue.shift()!.wake()
      }
    } finally {
      this.#schedule()
    }
  }
}

/**
 * One user of a chain of limits, such as a peer under the limits of its session, its torrent and
 * its class. Limits are shared evenly between chains, so create one for each user.
 */
export class LimitChain {
  /** Bytes it is waiting for. @internal */
  wantedBytes = 0
  /** True while it is being served, when it may take ahead of the queue. @internal */
  admitted = false
  readonly #clock: Clock
  readonly #limits: readonly RateLimit[]
  #waitsFor: RateLimit | null = null
  #cancelWake: (() => void) | null = null
  #onReady: (() => void) | null = null

  constructor(clock: Clock, limits: readonly RateLimit[]) {
    this.#clock = clock
    this.#limits = limits
  }

  /** True if any of the limits is finite at present. */
  get isLimited(): boolean {
    for (const limit of this.#limits) if (!limit.isUnlimited) return true
    return false
  }

  /**
   * Takes this many bytes from all limits and returns true, or takes nothing and returns false:
   * then call `whenReady`.
   */
  take(bytes: number): boolean {
    for (const limit of this.#limits) if (!limit.allows(bytes, this)) return false
    for (const limit of this.#limits) limit.charge(bytes)
    // One block per turn: the next user in the queue comes before a second one of this user.
    this.admitted = false
    return true
  }

  /** Counts bytes that left without `take`; they are owed. */
  charge(bytes: number): void {
    for (const limit of this.#limits) limit.charge(bytes)
  }

  /** Gives back bytes that were taken and not used. */
  give(bytes: number): void {
    this.charge(-bytes)
  }

  /**
   * Calls `callback` once, asynchronously, when `take(bytes)` may succeed. It can still fail
   * because of another limit in the chain: then wait again. A second call replaces the callback and
   * keeps the place in the queue.
   */
  whenReady(callback: () => void, bytes = 16384): void {
    const waits = this.#onReady !== null
    this.#onReady = callback
    if (waits) return
    this.wantedBytes = bytes
    let slowest: RateLimit | null = null
    let longestMs = -1
    for (const limit of this.#limits) {
      if (limit.isUnlimited) continue
      const waitMs = limit.waitMs(bytes)
      // A limit with enough tokens still makes this user wait if others are in its queue.
      const weight = waitMs > 0 ? waitMs : limit.waiting > 0 ? 0 : -1
      if (weight <= longestMs) continue
      slowest = limit
      longestMs = weight
    }
    this.#waitsFor = slowest
    if (slowest) slowest.enqueue(this)
    else this.#cancelWake = this.#clock.after(0, () => this.wake())
  }

  /** Stops waiting. */
  cancel(): void {
    this.#onReady = null
    this.#waitsFor?.dequeue(this)
    this.#waitsFor = null
    this.#cancelWake?.()
    this.#cancelWake = null
  }

  /** @internal */
  wake(): void {
    const callback = this.#onReady
    this.#onReady = null
    this.#waitsFor = null
    this.#cancelWake = null
    this.admitted = true
    try {
      callback?.()
    } finally {
      this.admitted = false
    }
  }
}

function checked(bytesPerSecond: number): number {
  if (bytesPerSecond >= 0) return bytesPerSecond
  throw new ShoalError(
    'bad-argument',
    `A rate limit cannot be ${bytesPerSecond} bytes per second: give 0 or more, or Infinity for no limit`,
  )
}

/** One limit for each direction. */
export interface RateLimitPair {
  readonly download: RateLimit
  readonly upload: RateLimit
}
