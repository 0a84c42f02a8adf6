/**
 * The engine's only source of time. It is passed in everywhere, so that whole swarms can run in
 * virtual time.
 */
export interface Clock {
  /** Monotonic milliseconds from an arbitrary origin; never jumps when the wall clock is set. */
  nowMs(): number
  /** Milliseconds since the Unix epoch. Use it only for what people or other machines read. */
  unixMs(): number
  /**
   * Calls `callback` once after `delayMs`. Returns a function that cancels it; calling that twice
   * is harmless.
   */
  after(delayMs: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    if (delayMs <= 0 && typeof setImmediate === 'function') {
      // A timer takes at least a millisecond.
      const immediate = setImmediate(callback)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Resolves after `delayMs` on `clock`. Rejects with the signal's reason if it is aborted first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    const abort = () => {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/**
 * Runs `work` now and again `everyMs` after each run, until the signal is aborted or `work` fails.
 * Never rejects.
 */
export async function repeat(
  clock: Clock,
  everyMs: number | (() => number),
  signal: AbortSignal,
  work: () => unknown,
): Promise<void> {
  try {
    for (;;) {
      await work()
      await delay(clock, typeof everyMs === 'number' ? everyMs : everyMs(), signal)
    }
  } catch {}
}
