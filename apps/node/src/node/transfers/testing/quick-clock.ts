import { type Clock, systemClock } from '@shoal/torrent'

/** Real time in which waits are shortened: a second becomes a millisecond. */
export function quickClock(): Clock {
  return {
    ...systemClock,
    // Waits of a minute guard against stalls: a slow machine is not stalled.
    after: (delayMs, callback) => systemClock.after(delayMs >= 60_000 ? 2000 : delayMs / 1000, callback),
  }
}
