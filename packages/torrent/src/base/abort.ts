import type { Clock } from './clock.ts'

/**
 * Settles as `promise` does, but rejects with the signal's reason as soon as the signal is aborted.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/**
 * Runs `work` with a signal that is aborted with `reason()` after `ms`, or when `signal` is.
 * Settles as `work` does.
 */
export async function withTimeLimit<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  reason: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limited = new AbortController()
  const abort = () => limited.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  const cancel = clock.after(ms, () => limited.abort(reason()))
  try {
    return await work(limited.signal)
  } finally {
    cancel()
    signal.removeEventListener('abort', abort)
  }
}
