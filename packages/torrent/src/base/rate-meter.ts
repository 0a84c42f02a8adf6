const SLOT_MS = 250
const SLOTS = 12
const WINDOW_MS = SLOT_MS * SLOTS
/** A rate over less than this is noise: the first bytes count as if they had taken so long. */
const LEAST_MS = 500

/**
 * Bytes a second over the last three seconds. Constant time, no timers: whoever asks says what time it is, in the milliseconds of a clock
 * that never goes back. Costs next to nothing until the first byte.
 */
export class RateMeter {
  /** All bytes that were ever added. */
  totalBytes = 0
  #slots: Float64Array | null = null
  #sum = 0
  /** Number of the newest slot, counted from the clock's origin. */
  #slot = 0
  /** When the run of bytes began that is not over yet. */
  #sinceMs = Number.NEGATIVE_INFINITY

  /** Bytes are expected from now on: the time until the first of them counts. Without it, the time from the first on does. */
  begin(nowMs: number): void {
    if (this.#isOver(nowMs)) this.#restart(nowMs)
  }

  add(bytes: number, nowMs: number): void {
    this.totalBytes += bytes
    if (this.#isOver(nowMs)) this.#restart(nowMs)
    this.#slots![this.#slot % SLOTS]! += bytes
    this.#sum += bytes
  }

  bytesPerSecond(nowMs: number): number {
    if (this.#sum === 0) return 0
    if (this.#advance(nowMs) === 0) return 0
    // The newest slot is only partly over: the window reaches back to the start of the oldest.
    const windowMs = WINDOW_MS - SLOT_MS + (nowMs - this.#slot * SLOT_MS)
    const spanMs = Math.min(windowMs, Math.max(LEAST_MS, nowMs - this.#sinceMs))
    return (this.#sum * 1000) / spanMs
  }

  /** No bytes are in the window, nor were any to be expected in it. Moves the window. */
  #isOver(nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= WINDOW_MS && this.#sum === 0) return true
    return this.#advance(nowMs) === 0 && nowMs - this.#sinceMs >= WINDOW_MS
  }

  #restart(nowMs: number): void {
    this.#slots ??= new Float64Array(SLOTS)
    this.#slots.fill(0)
    this.#sum = 0
    // A request may have been made before the clock's origin, as far as its duration tells.
    this.#slot = Math.max(0, Math.floor(nowMs / SLOT_MS))
    this.#sinceMs = nowMs
  }

  /** Forgets slots that are over; returns the bytes that are left. */
  #advance(nowMs: number): number {
    const slot = Math.floor(nowMs / SLOT_MS)
    if (slot - this.#slot >= SLOTS) {
      this.#slots!.fill(0)
      this.#sum = 0
      this.#slot = slot
    }
    while (this.#slot < slot) {
      this.#slot++
      const at = this.#slot % SLOTS
      this.#sum -= this.#slots![at]!
      this.#slots![at] = 0
    }
    return this.#sum
  }
}
