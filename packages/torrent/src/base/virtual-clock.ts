import type { Clock } from './clock.ts'
import { TimeHeap } from './time-heap.ts'

/** A clock that moves only when told: for simulations and tests. It begins at 0 ms, which is `unixStartMs` on the wall. */
export class VirtualClock implements Clock {
  readonly #timers = new TimeHeap<() => void>()
  readonly #unixStartMs: number
  #nowMs = 0

  constructor(unixStartMs = Date.UTC(2026, 0, 1)) {
    this.#unixStartMs = unixStartMs
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size
  }

  nowMs(): number {
    return this.#nowMs
  }

  unixMs(): number {
    return this.#unixStartMs + this.#nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const entry = this.#timers.push(this.#nowMs + Math.max(0, delayMs), callback)
    return () => this.#timers.remove(entry)
  }

  /** Lets `ms` pass: every timer due runs at its own time, with all promises settled before and after. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await settle()
    while (await this.#runNext(endMs)) {}
    this.#nowMs = endMs
  }

  /** Runs timers until `condition` holds; false when it does not within `limitMs` or nothing is left to happen. */
  async until(condition: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.#nowMs + limitMs
    await settle()
    while (!condition()) if (!(await this.#runNext(endMs))) return condition()
    return true
  }

  async #runNext(endMs: number): Promise<boolean> {
    const next = this.#timers.peek()
    if (!next || next.timeMs > endMs) return false
    this.#timers.pop()
    this.#nowMs = next.timeMs
    next.value()
    await settle()
    return true
  }
}

/** A turn of the event loop: all promise callbacks that can run have run then. */
function settle(): Promise<void> {
  return new Promise(resolve => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })
}
