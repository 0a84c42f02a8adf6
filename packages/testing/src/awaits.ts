/**
 * Records what a test process awaits: name-awaits.ts makes tests, and files used only by them, call
 * `awaiting` in every `await`.
 */
declare global {
  var shoalAwaiting: typeof awaiting | undefined
}

interface Await {
  /** File and line. */
  readonly place: string
  readonly sinceMs: number
}

const pending = new Set<Await>()

/** Real time, even if a test replaces the clock. */
const nowMs = performance.now.bind(performance)

/**
 * Records `value` as awaited at `place` until it settles. Returns it, or an equivalent thenable.
 */
function awaiting<T>(value: T, place: string): T {
  if (!isThenable(value)) return value
  const entry = { place, sinceMs: nowMs() }
  const end = () => pending.delete(entry)
  if (value instanceof Promise) {
    pending.add(entry)
    value.then(end, end)
    return value
  }
  // Some start only when they are awaited, such as expect.poll.
  const lazy: PromiseLike<unknown> = {
    // biome-ignore lint/suspicious/noThenProperty: it replaces another thenable.
    then(ok, failed) {
      pending.add(entry)
      const ended = value.then(
        result => {
          end()
          return result
        },
        error => {
          end()
          throw error
        },
      )
      return ended.then(ok, failed)
    },
  }
  return lazy as T
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/**
 * Returns the pending places, without those that started before `sinceMs` of `performance.now()`.
 */
export function awaitedSince(sinceMs: number): string[] {
  const places = [...pending].filter(each => each.sinceMs >= sinceMs).map(({ place }) => place)
  return [...new Set(places)]
}

globalThis.shoalAwaiting = awaiting
