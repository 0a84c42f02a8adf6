import { type Clock, delay } from '@shoal/torrent'

/** Waits for work, and no longer than the time. Resolves to undefined if the time is over; what the work does then is not waited for. */
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
