import type { Clock } from '../../base/clock.ts'
import { type TimeEntry, TimeHeap } from '../../base/time-heap.ts'

/** Calls back each of many objects at its own time, with one timer for all. */
export class WakeQueue<T> {
  readonly #clock: Clock
  readonly #call: (value: T) => void
  readonly #heap = new TimeHeap<T>()
  readonly #entries = new Map<T, TimeEntry<T>>()
  #timerAtMs = Number.POSITIVE_INFINITY
  #cancelTimer = () => {}

  constructor(clock: Clock, call: (value: T) => void) {
    this.#clock = clock
    this.#call = call
  }

  /**
   * Wakes `value` at that time or earlier. A time later than an earlier request changes nothing: a
   * needless wake-up costs less than moving the entry with each packet.
   */
  wake(value: T, atMs: number): void {
    const entry = this.#entries.get(value)
    if (entry && entry.timeMs <= atMs) return
    if (entry) this.#heap.remove(entry)
    this.#entries.set(value, this.#heap.push(atMs, value))
    this.#setTimer()
  }

  remove(value: T): void {
    const entry = this.#entries.get(value)
    if (entry) this.#heap.remove(entry)
    this.#entries.delete(value)
  }

  close(): void {
    this.#cancelTimer()
  }

  #setTimer(): void {
    const first = this.#heap.peek()
    if (!first || first.timeMs >= this.#timerAtMs) return
    this.#cancelTimer()
    this.#timerAtMs = first.timeMs
    this.#cancelTimer = this.#clock.after(Math.max(0, first.timeMs - this.#clock.nowMs()), this.#onTimer)
  }

  readonly #onTimer = () => {
    this.#timerAtMs = Number.POSITIVE_INFINITY
    const nowMs = this.#clock.nowMs()
    const due: T[] = []
    for (let first = this.#heap.peek(); first && first.timeMs <= nowMs; first = this.#heap.peek()) {
      this.#heap.pop()
      this.#entries.delete(first.value)
      due.push(first.value)
    }
    for (const value of due) this.#call(value)
    this.#setTimer()
  }
}
