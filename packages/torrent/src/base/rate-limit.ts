import type { Clock } from './clock.ts'
import { ShoalError } from './errors.ts'

/** How much may leave at once after a pause: seconds of the rate. */
const BURST_SECONDS = 0.25
/** A burst is never less than half a block (of 16 KiB), or a block could never leave at low rates. */
const LEAST_BURST_BYTES = 8192
/** Waiters are not woken more often: at high rates some blocks leave at a time. */
const LEAST_WAIT_MS = 5

/**
 * A limit in bytes a second, shared by any number of users (see LimitChain). `Infinity` is no limit, and costs nothing.
 *
 * A token bucket that holds at most a quarter of a second. A block may leave when half of it is there, and the rest is owed: over any
 * span the error is at most half a block either way, where waiting for all of it would always fall short, and leaving at the first token
 * always exceed. Who has to wait stands in a queue and is let in for one block at a time, so that all waiters get the same share. A timer runs
 * only while somebody waits.
 */
export class RateLimit {
  readonly #clock: Clock
  #bytesPerSecond: number
  #tokens = 0
  #updatedMs: number
  #queue: LimitChain[] = []
  #cancelTimer: (() => void) | null = null

  /** Throws `bad-argument` when the rate is negative or not a number. */
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

  /** How many users wait for it. */
  get waiting(): number {
    return this.#queue.length
  }

  /** Changes the rate, for what is owed and who waits too. 0 stops everything. Throws `bad-argument` as the constructor does. */
  setRate(bytesPerSecond: number): void {
    const rate = checked(bytesPerSecond)
    this.#refill()
    this.#bytesPerSecond = rate
    if (this.isUnlimited) this.#tokens = 0
    this.#tokens = Math.min(this.#tokens, this.#burstBytes)
    this.#schedule()
  }

  /** Stops the timer and forgets who waits. */
  close(): void {
    this.#queue = []
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  /** Whether so many bytes may go now. Who came first goes first: others wait even when there is enough. @internal */
  allows(bytes: number, user: LimitChain): boolean {
    if (this.isUnlimited) return true
    if (this.#queue.length > 0 && !user.admitted) return false
    this.#refill()
    return this.#tokens >= this.#need(bytes)
  }

  /** Takes tokens without asking; a negative number gives them back. @internal */
  charge(bytes: number): void {
    if (this.isUnlimited) return
    this.#refill()
    this.#tokens = Math.min(this.#tokens - bytes, this.#burstBytes)
  }

  /** Milliseconds until so many bytes may go if nobody else is served: 0 at once, `Infinity` never. @internal */
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
    return Math.max(LEAST_BURST_BYTES, this.#bytesPerSecond * BURST_SECONDS)
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
    const waitMs = this.isUnlimited ? 0 : Math.max(LEAST_WAIT_MS, this.waitMs(head.wantedBytes))
    if (waitMs === Number.POSITIVE_INFINITY) return
    this.#cancelTimer = this.#clock.after(waitMs, () => this.#serve())
  }

  /** Lets waiters in, each for one helping, until the tokens are used up. */
  #serve(): void {
    this.#cancelTimer = null
    try {
      // Whoever wants more goes to the end of the queue, so this ends when the tokens do; the bound is for a limit that was just lifted.
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
 * One user of a chain of limits: a peer, under the limits of its session, its torrent and its class. Make one for each user: it is what
 * fairness is between.
 */
export class LimitChain {
  /** How much is waited for. @internal */
  wantedBytes = 0
  /** Whether its turn has come, so that it need not stand behind others. @internal */
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

  /** Whether any of the limits is one at present. */
  get isLimited(): boolean {
    for (const limit of this.#limits) if (!limit.isUnlimited) return true
    return false
  }

  /** Takes so many bytes from all limits, or from none: then see `whenReady`. */
  take(bytes: number): boolean {
    for (const limit of this.#limits) if (!limit.allows(bytes, this)) return false
    for (const limit of this.#limits) limit.charge(bytes)
    // One helping a turn: the next who waits comes before a second one.
    this.admitted = false
    return true
  }

  /** Counts bytes that went without being asked about: they are owed. */
  charge(bytes: number): void {
    for (const limit of this.#limits) limit.charge(bytes)
  }

  /** Gives back what was taken and not used. */
  give(bytes: number): void {
    this.charge(-bytes)
  }

  /**
   * Calls `callback` once, later, when `take(bytes)` may succeed; it may still refuse, since another limit does: then wait again. A second
   * call replaces the callback and keeps the place in the queue.
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
      // Of those that would let it go, one that others wait for is in the way.
      const weight = waitMs > 0 ? waitMs : limit.waiting > 0 ? 0 : -1
      if (weight <= longestMs) continue
      slowest = limit
      longestMs = weight
    }
    this.#waitsFor = slowest
    if (slowest) slowest.enqueue(this)
    else this.#cancelWake = this.#clock.after(0, () => this.wake())
  }

  /** Waits no longer. */
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
    `a limit of ${bytesPerSecond} bytes a second: give 0 or more, or Infinity for none`,
  )
}

/** One limit for each direction. */
export interface RateLimitPair {
  readonly download: RateLimit
  readonly upload: RateLimit
}
