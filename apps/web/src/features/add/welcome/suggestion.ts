const BITS = 8
const SHARE = 0.8

/** Returns an upload limit that leaves a fifth of a connection free, in bytes per second. */
export function uploadSuggestion(megabits: number): number {
  return Math.max(1, Math.round((megabits * 1_000_000 * SHARE) / BITS))
}
