/**
 * Limits how many tasks run at a time, in total and per key, so that one slow server cannot hold up
 * the others. Per key it is first in, first out.
 */
export class ConcurrencyLimiter {
  readonly #limits: { total: number; perKey: number }
  readonly #keys = new Map<string, { running: number; waiting: Set<() => void> }>()
  #running = 0

  constructor(limits: { total: number; perKey: number }) {
    this.#limits = limits
  }

  /**
   * Runs `work` once there is room and settles as it does. Rejects with the signal's reason if it
   * is aborted while waiting.
   */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(key, signal)
    try {
      return await work()
    } finally {
      this.#leave(key)
    }
  }

  #enter(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const lane = this.#keys.get(key) ?? { running: 0, waiting: new Set() }
      this.#keys.set(key, lane)
      const abort = () => {
        lane.waiting.delete(admit)
        this.#tidy(key)
        reject(signal.reason)
      }
      const admit = () => {
        signal.removeEventListener('abort', abort)
        this.#running++
        lane.running++
        resolve()
      }
      signal.addEventListener('abort', abort, { once: true })
      lane.waiting.add(admit)
      this.#admit(key)
    })
  }

  #leave(key: string): void {
    this.#running--
    this.#keys.get(key)!.running--
    this.#admit(key)
    // The key that was served last goes to the end of the queue.
    const lane = this.#keys.get(key)
    if (lane?.waiting.size && this.#keys.delete(key)) this.#keys.set(key, lane)
    for (const other of [...this.#keys.keys()]) {
      if (this.#running >= this.#limits.total) return
      this.#admit(other)
    }
  }

  #admit(key: string): void {
    const lane = this.#keys.get(key)!
    for (const admit of lane.waiting) {
      if (this.#running >= this.#limits.total || lane.running >= this.#limits.perKey) return
      lane.waiting.delete(admit)
      admit()
    }
    this.#tidy(key)
  }

  #tidy(key: string): void {
    const lane = this.#keys.get(key)
    if (lane && lane.running === 0 && lane.waiting.size === 0) this.#keys.delete(key)
  }
}
