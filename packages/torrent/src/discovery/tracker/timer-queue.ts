import type { Clock } from '../../base/clock.ts'
import { type TimeEntry, TimeHeap } from '../../base/time-heap.ts'

export type TimerEntry = TimeEntry<() => void>

/**
 * Schedules any number of calls on one timer, and on none while nothing is scheduled: ten thousand
 * idle torrents cost one timer.
 */
export class TimerQueue {
  readonly #clock: Clock
  readonly #heap = new TimeHeap<() => void>()
  #timer: { atMs: number; cancel: () => void } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Calls `task` at `timeMs` of the clock, or in its next turn if that has passed; never
   * synchronously.
   */
  schedule(timeMs: number, task: () => void): TimerEntry {
    const entry = this.#heap.push(timeMs, task)
    this.#arm()
    return entry
  }

  /** Cancels a call. Does nothing if it has already run. */
  cancel(entry: TimerEntry): void {
    this.#heap.remove(entry)
    this.#arm()
  }

  #arm(): void {
    const nextMs = this.#heap.peek()?.timeMs
    if (this.#timer?.atMs === nextMs) return
    this.#timer?.cancel()
    if (nextMs === undefined) {
      this.#timer = undefined
      return
    }
    const delayMs = Math.max(0, nextMs - this.#clock.nowMs())
    this.#timer = { atMs: nextMs, cancel: this.#clock.after(delayMs, () => this.#ring()) }
  }

  #ring(): void {
    this.#timer = undefined
    // Collect what is due first: a task that schedules another one for now must not prolong this
    // loop.
    const due: TimerEntry[] = []
    const nowMs = this.#clock.nowMs()
    for (let next = this.#heap.peek(); next && next.timeMs <= nowMs; next = this.#heap.peek()) {
      due.push(this.#heap.pop()!)
    }
    this.#arm()
    for (const entry of due) entry.value()
  }
}
