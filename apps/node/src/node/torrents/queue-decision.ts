import type { Settings } from '@shoal/api'

/** A download or seed that moved nothing for so long gives its place to the next, and keeps running. */
export const IDLE_MS = 10 * 60_000

/** A torrent as the queue sees it: one that is neither paused by the user nor in an error. */
export interface QueuedTorrent {
  readonly id: string
  /** Has all that is wanted. */
  readonly complete: boolean
  /** Runs past the queue, and takes no place in it. */
  readonly forced: boolean
  /** Lower ones go first. */
  readonly order: number
  /** It runs now. */
  readonly running: boolean
  /** Since when it runs without having moved a byte; null while it moves some, or does not run. */
  readonly idleSinceMs: number | null
}

export interface QueueDecision {
  readonly run: ReadonlySet<string>
  readonly wait: ReadonlySet<string>
}

/**
 * Which torrents run and which wait. Places are given in the order of the queue. A running one that has been idle takes no place, so that a
 * torrent without peers does not hold up all others; it keeps looking for them.
 */
export function queueDecision(
  torrents: readonly QueuedTorrent[],
  { maxDownloads, maxSeeds }: Settings['queue'],
  nowMs: number,
): QueueDecision {
  const run = new Set<string>()
  const wait = new Set<string>()
  const places = {
    downloads: maxDownloads ?? Number.POSITIVE_INFINITY,
    seeds: maxSeeds ?? Number.POSITIVE_INFINITY,
  }
  for (const torrent of [...torrents].sort((a, b) => a.order - b.order)) {
    const kind = torrent.complete ? 'seeds' : 'downloads'
    const isFree = torrent.forced || isIdle(torrent, nowMs)
    if (isFree || places[kind] > 0) run.add(torrent.id)
    else wait.add(torrent.id)
    if (!isFree) places[kind]--
  }
  return { run, wait }
}

function isIdle({ running, idleSinceMs }: QueuedTorrent, nowMs: number): boolean {
  return running && idleSinceMs !== null && nowMs - idleSinceMs >= IDLE_MS
}
