/**
 * Returns a time limit in milliseconds: `seconds` on a machine of the reference speed that also
 * runs other tests, and up to six times as long on a slower one. All limits of tests, hooks and
 * waits must use it; `npm run check` finds others. The factor is in SHOAL_TEST_FACTOR:
 * scripts/machine.ts measures it for vitest.config.ts.
 */
export function limitMs(seconds: number): number {
  return Math.round(seconds * 1000 * numberOf(process.env.SHOAL_TEST_FACTOR, 1))
}

/** Seconds that waits can take, for `limitMs`. */
export const WAIT_SECONDS = 20

/**
 * The same for tests with browsers and other programs, which start slowly and have their own
 * timers.
 */
export const PROGRAM_WAIT_SECONDS = 60

/**
 * How long a test waits for an event before it fails: `until`, `vi.waitFor`, `vi.waitUntil` and
 * `expect.poll` of all projects; vitest.config.ts sets SHOAL_TEST_WAIT_SECONDS. Waits end as soon
 * as the event has come, so only a failing test takes that long.
 */
export const WAIT_MS = limitMs(numberOf(process.env.SHOAL_TEST_WAIT_SECONDS, WAIT_SECONDS))

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text)
  return number > 0 ? number : otherwise
}
