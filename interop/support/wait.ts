import { type UntilOptions, until as untilWithin, WAIT_MS } from '@shoal/testing'

/** Other programs and browsers start slowly, and have timers of their own. */
const PROGRAMS = { timeoutMs: 3 * WAIT_MS, intervalMs: 20 }

/** `until` of all tests, with the default limit of those that wait for other programs. */
export const until: typeof untilWithin = (what, check, options?: UntilOptions) =>
  untilWithin(what, check, { ...PROGRAMS, ...options })
