import { type Clock, systemClock } from '@shoal/torrent'

/** Real time, in which waits of seconds last as many milliseconds. */
export function quickClock(): Clock {
  return {
    ...systemClock,
    // Waits of a minute guard against silence: a slow machine is not silent.
    after: (delayMs, callback) => systemClock.after(delayMs >= 60_000 ? 2000 : delayMs / 1000, callback),
  }
}
