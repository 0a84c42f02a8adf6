/** Clock of the simulated node. */
export interface Clock {
  nowMs(): number
  /** Resolves after this many milliseconds. Rejects with the signal’s reason once it aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = () => {
        clearTimeout(timer)
        reject(signal!.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', abort, { once: true })
    }),
}

/** A clock for tests. Only waiting advances it, and waiting resolves at once. */
export class VirtualClock implements Clock {
  #nowMs: number

  constructor(nowMs = 1_800_000_000_000) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.#nowMs += ms
  }
}
