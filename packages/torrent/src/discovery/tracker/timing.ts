import type { Random } from '../../base/random.ts'

/** When to announce: pure. Times in milliseconds. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** What trackers commonly ask for; used when one does not say. */
const DEFAULT_INTERVAL_MS = 30 * MINUTE
/** A tracker can ask neither for a flood nor to be forgotten. */
export const MIN_INTERVAL_MS = MINUTE
export const MAX_INTERVAL_MS = 24 * HOUR
const FIRST_RETRY_MS = 15 * SECOND
const MAX_RETRY_MS = HOUR

/** Time from an answer to the next regular announce. */
export function intervalMs(asked: number | undefined): number {
  return Math.min(Math.max(asked ?? DEFAULT_INTERVAL_MS, MIN_INTERVAL_MS), MAX_INTERVAL_MS)
}

/** Time from an answer until an announce out of turn is allowed. What a tracker that names no least interval would have is `unaskedMs`, or its interval if that is less. */
export function refreshAfterMs(asked: number | undefined, interval: number, unaskedMs = 5 * MINUTE): number {
  return Math.min(asked === undefined ? unaskedMs : Math.max(asked, MIN_INTERVAL_MS), interval)
}

/** Spreads the torrents that were added together, without ever announcing early: up to a twentieth later. */
export function withJitter(ms: number, random: Random): number {
  return ms + random.below(Math.floor(ms / 20) + 1)
}

/** Time after the `failures`-th failure in a row (from 1) until the next try: doubling from 15 s to an hour, give or take a quarter. */
export function retryAfterMs(failures: number, random: Random): number {
  const base = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), MAX_RETRY_MS)
  return Math.round(base * 0.75) + random.below(Math.floor(base / 2) + 1)
}

/** BEP 31: a tracker's own word on when to come back; `Infinity` (never) is believed as it is. */
export function askedRetryMs(asked: number): number {
  return asked === Infinity ? Infinity : Math.min(Math.max(asked, MIN_INTERVAL_MS), MAX_INTERVAL_MS)
}
