import type { Settings } from '@shoal/api'

/**
 * A download or seed without traffic for this time gives its slot to the next, and keeps running.
 */
export const IDLE_MS = 10 * 60_000

/** A torrent in the queue: neither paused by the user nor in an error. */
export interface QueuedTorrent {
  readonly id: string
  /** All wanted files are complete. */
  readonly complete: boolean
  /** Runs regardless of the queue and takes no slot. */
  readonly forced: boolean
  /** Lower ones go first. */
  readonly order: number
  /** It runs now. */
  readonly running: boolean
  /** Since when it runs without traffic; null while it has traffic or does not run. */
  readonly idleSinceMs: number | null
}

export interface QueueDecision {
  readonly run: ReadonlySet<string>
  readonly wait: ReadonlySet<string>
}

/**
 * Decides which torrents run and which wait. Slots are assigned in queue order. An idle torrent
 * takes no slot, so that a torrent without peers does not block the others; it keeps looking for
 * peers.
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
