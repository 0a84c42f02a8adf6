import { WAIT_MS } from './limits.ts'

export interface UntilOptions {
  /** Default: `WAIT_MS`. */
  readonly timeoutMs?: number
  /**
   * Delay between two checks. Default: a tenth of the elapsed time, at least 10 and at most 50,
   * since many checks query another process.
   */
  readonly intervalMs?: number
}

type Falsy = false | 0 | 0n | '' | null | undefined

/** Time for a check that starts at the end of the limit to return. */
const SHORTEST_CHECK_MS = 1000

// Real time, even if a test replaces the globals.
const { setTimeout, clearTimeout } = globalThis
const nowMs = performance.now.bind(performance)

/**
 * Calls `check` repeatedly, and resolves to its first truthy result. It is retried if it throws or
 * rejects. After the time limit, rejects with an error that names `what`, a description of the
 * event, and the last outcome.
 */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  { timeoutMs = WAIT_MS, intervalMs }: UntilOptions = {},
): Promise<Exclude<T, Falsy>> {
  const startMs = nowMs()
  const endMs = startMs + timeoutMs
  for (;;) {
    let outcome: string
    let cause: unknown
    try {
      const value = await within(Math.max(endMs - nowMs(), SHORTEST_CHECK_MS), check)
      if (value && value !== PENDING) return value as Exclude<T, Falsy>
      outcome = value === PENDING ? 'did not return' : `returned ${value === '' ? "''" : String(value)}`
    } catch (error) {
      outcome = `threw ${String(error)}`
      cause = error
    }
    // At least one check starts after the limit, so that a busy machine does not fail a test whose
    // event has occurred.
    if (nowMs() >= endMs) {
      throw new Error(`Not within ${timeoutMs / 1000} s: ${what}. The last check ${outcome}.`, { cause })
    }
    const pauseMs = intervalMs ?? Math.min(50, Math.max(10, (nowMs() - startMs) / 10))
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
}

const PENDING = Symbol('pending')

async function within<T>(ms: number, check: () => T | Promise<T>): Promise<T | typeof PENDING> {
  const late = Promise.withResolvers<typeof PENDING>()
  const timer = setTimeout(() => late.resolve(PENDING), ms)
  try {
    return await Promise.race([check(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
