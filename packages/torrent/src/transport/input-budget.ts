/**
 * Limits the time that bytes from peers take in one turn of the event loop, since all other work
 * waits for it. Without a limit, a peer that sends small messages as fast as it can would be read
 * for seconds: a socket is read until it is empty.
 *
 * Time is that of the processor: while other programs have it, seconds pass without any work. Turns
 * that ended then, and slices that were shortened, cost a third of the processor time of nine
 * clients on two cores.
 */

/**
 * Time for the bytes of all sources in one turn. After that, each source gets one more slice at
 * most.
 */
const TURN_MS = 4
/** Minimum time for a source in a turn, however many compete. */
const LEAST_SHARE_MS = 0.05
/**
 * A turn is measured after this much work. Most turns have less, and measuring each of them would
 * cost more than some of their reads.
 */
const FREE_MS = 0.25
const FIRST_SLICE_BYTES = 16 * 1024
const MIN_SLICE_BYTES = 1024
const MAX_SLICE_BYTES = 256 * 1024

/** The event loop, as seen by a budget. */
export interface Turns {
  nowMs(): number
  /** Processor time of this thread. Reading it costs several times as much as `nowMs`. */
  processorMs(): number
  /** Calls `callback` in the next turn. */
  next(callback: () => void): void
}

const eventLoop: Turns = {
  nowMs: () => performance.now(),
  processorMs: () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  },
  next: callback => void setImmediate(callback),
}

/** Divides the time of each turn among the sources of input. One event loop has one budget. */
export class InputBudget {
  readonly #turns: Turns
  #turn = 0
  #endMs: number | null = null
  #shareMs = TURN_MS
  #waiting: (() => void)[] = []
  /** Work of turns that were not measured. */
  #freeMs = 0
  /** Processor time when the turn started, and when a slice was last found to be long. */
  #beganMs = 0
  #checkedMs = 0

  constructor(turns: Turns = eventLoop) {
    this.#turns = turns
  }

  /**
   * Time for one source in this turn: the more sources used up theirs in the last turn, the less.
   */
  get shareMs(): number {
    return this.#shareMs
  }

  /** Number of the current turn. */
  get turn(): number {
    return this.#turn
  }

  nowMs(): number {
    return this.#turns.nowMs()
  }

  /** The processor time of work that took `tookMs` on the clock, at most. */
  workMs(tookMs: number): number {
    if (tookMs < FREE_MS) return tookMs
    const nowMs = this.#turns.processorMs()
    const workMs = Math.min(tookMs, nowMs - this.#checkedMs)
    this.#checkedMs = nowMs
    return workMs
  }

  /** Adds work since `startedMs`. Returns whether the turn is measured. */
  add(startedMs: number, tookMs: number): boolean {
    if (this.#endMs !== null) return true
    this.#freeMs += tookMs
    if (this.#freeMs < FREE_MS) return false
    this.#freeMs = 0
    this.begin(startedMs)
    return true
  }

  /** Starts the turn unless it has started. */
  begin(nowMs: number): void {
    if (this.#endMs !== null) return
    this.#endMs = nowMs + TURN_MS
    this.#beganMs = this.#turns.processorMs()
    this.#checkedMs = this.#beganMs
    this.#turns.next(() => this.#next())
  }

  /**
   * Whether the time of this turn is used up. Other work counts too: it delays the turn just as
   * much.
   */
  isSpent(nowMs: number): boolean {
    if (this.#endMs === null || nowMs < this.#endMs) return false
    const leftMs = this.#beganMs + TURN_MS - this.#turns.processorMs()
    if (leftMs <= 0) return true
    this.#endMs = nowMs + leftMs
    return false
  }

  /** Calls `callback` in the next turn. */
  wait(callback: () => void): void {
    this.begin(this.nowMs())
    this.#waiting.push(callback)
  }

  #next(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#turn++
    this.#endMs = null
    this.#shareMs = Math.max(LEAST_SHARE_MS, TURN_MS / Math.max(1, waiting.length))
    // The first one has an advantage, so each is first in turn.
    const first = waiting.shift()
    if (first) waiting.push(first)
    for (const callback of waiting) callback()
  }
}

/** The budget of this thread. */
const inputBudget = new InputBudget()

/** The share of one source, such as a connection, in a budget. */
export class InputShare {
  readonly #budget: InputBudget
  #turn = -1
  #usedMs = 0
  #lastMs = 0
  #sliceBytes = FIRST_SLICE_BYTES
  #isWaiting = false

  constructor(budget: InputBudget = inputBudget) {
    this.#budget = budget
  }

  /**
   * Whether the source must wait for the next turn; never before it has done something in this
   * one.
   */
  get isUsed(): boolean {
    const budget = this.#budget
    if (this.#turn !== budget.turn) return false
    return this.#usedMs >= budget.shareMs || budget.isSpent(this.#lastMs)
  }

  get isWaiting(): boolean {
    return this.#isWaiting
  }

  /** Runs work that counts. */
  spend(work: () => void): void {
    const startedMs = this.#budget.nowMs()
    try {
      work()
    } finally {
      this.#count(startedMs)
    }
  }

  /**
   * Passes bytes on in slices until the share is used or `take` returns false. Returns how many it
   * passed on. The cost of the last slices determines their length.
   */
  pass(bytes: Uint8Array, take: (slice: Uint8Array) => boolean): number {
    let at = 0
    while (at < bytes.length && !this.isUsed) {
      const end = Math.min(bytes.length, at + this.#sliceBytes)
      const startedMs = this.#budget.nowMs()
      const isWanted = take(end - at === bytes.length ? bytes : bytes.subarray(at, end))
      this.#fit(end - at, this.#count(startedMs))
      at = end
      if (!isWanted) break
    }
    return at
  }

  /** Counts work since `startedMs`. Returns how long it took. */
  #count(startedMs: number): number {
    const budget = this.#budget
    const nowMs = budget.nowMs()
    const tookMs = budget.workMs(nowMs - startedMs)
    if (!budget.add(startedMs, tookMs)) return tookMs
    if (this.#turn !== budget.turn) {
      this.#turn = budget.turn
      this.#usedMs = 0
    }
    this.#usedMs += tookMs
    this.#lastMs = nowMs
    return tookMs
  }

  /** Calls `callback` in the next turn, unless that is already scheduled. */
  wait(callback: () => void): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    this.#budget.wait(() => {
      this.#isWaiting = false
      callback()
    })
  }

  /** Makes the next slice as long as a share lasts. */
  #fit(bytes: number, tookMs: number): void {
    const { shareMs } = this.#budget
    if (tookMs > shareMs) this.#sliceBytes = Math.max(MIN_SLICE_BYTES, Math.floor((bytes * shareMs) / tookMs))
    else if (bytes === this.#sliceBytes && tookMs < shareMs / 2)
      this.#sliceBytes = Math.min(MAX_SLICE_BYTES, 2 * bytes)
  }
}
