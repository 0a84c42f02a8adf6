import type { Clock } from '../../base/clock.ts'

/** Runs `work` with a signal that is aborted with `reason` after `ms`, or as soon as `signal` is. Settles as `work` does. */
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
