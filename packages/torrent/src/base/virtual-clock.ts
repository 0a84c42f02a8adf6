import type { Clock } from './clock.ts'
import { TimeHeap } from './time-heap.ts'

/**
 * A clock for simulations and tests that moves only through `advance` and `until`. It starts at 0
 * ms and at `unixStartMs`.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimeHeap<() => void>()
  readonly #unixStartMs: number
  #nowMs = 0

  constructor(unixStartMs = Date.UTC(2026, 0, 1)) {
    this.#unixStartMs = unixStartMs
  }

  /** Number of timers that have not fired. */
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

  /**
   * Advances by `ms`: every due timer fires at its own time, with all promise callbacks run before
   * and after.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await settle()
    while (await this.#runNext(endMs)) {}
    this.#nowMs = endMs
  }

  /**
   * Fires timers until `condition` holds. Returns false if it does not within `limitMs`, or if no
   * timers are left.
   */
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

/**
 * Waits for one turn of the event loop, after which all promise callbacks that can run have run.
 */
export function settle(): Promise<void> {
  return new Promise(resolve => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve)
    // Browsers delay nested timers by 4 ms, but not messages.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
