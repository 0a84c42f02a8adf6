import type { Random } from '../../base/random.ts'

/** Decides when to announce. Pure functions; times in milliseconds. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The most common interval; used if a tracker gives none. */
const DEFAULT_INTERVAL_MS = 30 * MINUTE
/** Bounds of the interval that a tracker may request. */
export const MIN_INTERVAL_MS = MINUTE
const MAX_INTERVAL_MS = 24 * HOUR
/** Time between two announces that a user requests, unless the tracker requires more. */
export const BY_USER_MS = 10 * SECOND
const FIRST_RETRY_MS = 15 * SECOND
const MAX_RETRY_MS = HOUR

/** Time from a response to the next regular announce. */
export function intervalMs(asked: number | undefined): number {
  return Math.min(Math.max(asked ?? DEFAULT_INTERVAL_MS, MIN_INTERVAL_MS), MAX_INTERVAL_MS)
}

/**
 * Time from a response until an early announce is allowed. `asked`: the tracker's minimum
 * interval; without one, `unaskedMs` or the regular interval applies, whichever is less.
 */
export function refreshAfterMs(asked: number | undefined, interval: number, unaskedMs = 5 * MINUTE): number {
  return Math.min(asked === undefined ? unaskedMs : Math.max(asked, MIN_INTERVAL_MS), interval)
}

/**
 * Adds up to 5 %, to spread out torrents that were added together without ever announcing early.
 */
export function withJitter(ms: number, random: Random): number {
  return ms + random.below(Math.floor(ms / 20) + 1)
}

/**
 * Time until the next try after `failures` (1 or more) failures in a row: doubles from 15 s to an
 * hour, plus or minus a quarter.
 */
export function retryAfterMs(failures: number, random: Random): number {
  const base = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), MAX_RETRY_MS)
  return Math.round(base * 0.75) + random.below(Math.floor(base / 2) + 1)
}

/**
 * Time until the next try if the tracker specified one (BEP 31), within bounds; `Infinity` means
 * never.
 */
export function askedRetryMs(asked: number): number {
  return asked === Infinity ? Infinity : Math.min(Math.max(asked, MIN_INTERVAL_MS), MAX_INTERVAL_MS)
}

/**
 * Time until the next connection: if a stopping hub closed the last one with a number of seconds
 * as the reason, that many plus up to a second.
 */
export function reconnectMs(reason: string | undefined, random: Random): number | undefined {
  const seconds = /^reconnect-after=(\d{1,3})$/.exec(reason ?? '')?.[1]
  return seconds ? 1000 * Number(seconds) + random.below(1000) : undefined
}
