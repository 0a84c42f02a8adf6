import type { Tracker } from '@shoal/api'

/**
 * Returns the trackers with a server, each URL once: a hybrid torrent announces both its info
 * hashes, where other clients show one tracker. Of the two, the more informative one is used.
 */
export function realTrackers(trackers: readonly Tracker[]): Tracker[] {
  const byUrl = new Map<string, Tracker>()
  for (const { announce, ...rest } of trackers) {
    if (rest.kind !== 'tracker') continue
    // The complete URL: clients send it back when they change it.
    const tracker = { ...rest, url: announce ?? rest.url }
    const other = byUrl.get(tracker.url)
    if (!other || rank(tracker) > rank(other)) byUrl.set(tracker.url, tracker)
  }
  return [...byUrl.values()]
}

const RANKS = { ok: 3, working: 2, failed: 1, idle: 0 } as const

function rank({ state, seeds, leeches }: Tracker): number {
  return RANKS[state] + Math.min(0.9, ((seeds ?? 0) + (leeches ?? 0)) / 1e6)
}

/** Announce URLs by tier (BEP 12), the first tier first. */
export function groupByTier(trackers: readonly Tracker[]): string[][] {
  const tiers = new Map<number, string[]>()
  for (const { url, tier } of realTrackers(trackers)) {
    const urls = tiers.get(tier ?? 0) ?? []
    tiers.set(tier ?? 0, [...urls, url])
  }
  return [...tiers].sort(([a], [b]) => a - b).map(([, urls]) => urls)
}
