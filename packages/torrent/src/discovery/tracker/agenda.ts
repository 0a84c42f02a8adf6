import type { Clock } from '../../base/clock.ts'
import { type TimeEntry, TimeHeap } from '../../base/time-heap.ts'

export type AgendaEntry = TimeEntry<() => void>

/** Many appointments on one timer, and none while there are no appointments: ten thousand idle torrents cost one timer. */
export class Agenda {
  readonly #clock: Clock
  readonly #heap = new TimeHeap<() => void>()
  #timer: { atMs: number; cancel: () => void } | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `task` at `timeMs` of the clock, or in the clock's next turn when that has passed. Never from inside this call. */
  at(timeMs: number, task: () => void): AgendaEntry {
    const entry = this.#heap.push(timeMs, task)
    this.#arm()
    return entry
  }

  /** Cancels; an appointment that is over stays over. */
  cancel(entry: AgendaEntry): void {
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
    // Only what is due by now: a task that makes appointments for now must not keep this loop going.
    const due: AgendaEntry[] = []
    const nowMs = this.#clock.nowMs()
    for (let next = this.#heap.peek(); next && next.timeMs <= nowMs; next = this.#heap.peek()) {
      due.push(this.#heap.pop()!)
    }
    this.#arm()
    for (const entry of due) entry.value()
  }
}
