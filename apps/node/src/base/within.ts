import { type Clock, delay } from '@shoal/torrent'

/**
 * Waits for work, up to a time limit. Resolves with undefined on timeout; the outcome of the work
 * is then ignored.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: Promise<T> | undefined,
): Promise<T | undefined> {
  const done = new AbortController()
  const limit = delay(clock, ms, done.signal).then(
    () => undefined,
    () => undefined,
  )
  return Promise.race([work, limit]).finally(() => done.abort())
}
