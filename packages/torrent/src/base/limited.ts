import type { Clock } from './clock.ts'
import { ShoalError } from './errors.ts'

/**
 * A signal that also aborts with `timeout` after `limitMs` of the clock. `end` clears its timer.
 */
export function limited(
  clock: Clock,
  limitMs: number,
  signal?: AbortSignal,
): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  const abort = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  const cancel = clock.after(limitMs, () =>
    controller.abort(new ShoalError('timeout', `no answer within ${limitMs / 1000} seconds`)),
  )
  return {
    signal: controller.signal,
    end() {
      cancel()
      signal?.removeEventListener('abort', abort)
    },
  }
}
