import type { Tracker } from '@shoal/api'

/**
 * What announces to a server, each URL once: a hybrid torrent announces both its info hashes, where other clients show one. Of the two the
 * one that says more is taken.
 */
export function realTrackers(trackers: readonly Tracker[]): Tracker[] {
  const byUrl = new Map<string, Tracker>()
  for (const tracker of trackers) {
    if (tracker.kind !== 'tracker') continue
    const other = byUrl.get(tracker.url)
    if (!other || rank(tracker) > rank(other)) byUrl.set(tracker.url, tracker)
  }
  return [...byUrl.values()]
}

const RANKS = { ok: 3, working: 2, failed: 1, idle: 0 } as const

function rank({ state, seeds, leeches }: Tracker): number {
  return RANKS[state] + Math.min(0.9, ((seeds ?? 0) + (leeches ?? 0)) / 1e6)
}
