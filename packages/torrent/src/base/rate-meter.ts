const SLOT_MS = 250
const SLOTS = 12
const WINDOW_MS = SLOT_MS * SLOTS
/** A rate over less than this is noise: the first bytes count as if they had taken this long. */
const MIN_SPAN_MS = 500

/**
 * Measures bytes per second over the last three seconds, in constant time and without timers:
 * callers pass the time, in milliseconds of a monotonic clock. Allocates nothing before the first
 * byte.
 */
export class RateMeter {
  /** All bytes ever added. */
  totalBytes = 0
  #slots: Float64Array | null = null
  #sum = 0
  /** Newest slot, counted from the clock's origin. */
  #slot = 0
  /** Start of the current burst of bytes. */
  #sinceMs = Number.NEGATIVE_INFINITY

  /**
   * Expects bytes from now on, so that the time until the first byte counts. Without this call a
   * burst starts with its first byte.
   */
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
    const spanMs = Math.min(windowMs, Math.max(MIN_SPAN_MS, nowMs - this.#sinceMs))
    return (this.#sum * 1000) / spanMs
  }

  /** Returns true if the window holds no bytes and none were expected in it. Moves the window. */
  #isOver(nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= WINDOW_MS && this.#sum === 0) return true
    return this.#advance(nowMs) === 0 && nowMs - this.#sinceMs >= WINDOW_MS
  }

  #restart(nowMs: number): void {
    this.#slots ??= new Float64Array(SLOTS)
    this.#slots.fill(0)
    this.#sum = 0
    // A start computed from a duration can lie before the clock's origin.
    this.#slot = Math.max(0, Math.floor(nowMs / SLOT_MS))
    this.#sinceMs = nowMs
  }

  /** Drops slots that left the window. Returns the bytes that remain. */
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
