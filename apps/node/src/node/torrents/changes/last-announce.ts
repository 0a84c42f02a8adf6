import type { TorrentDiscovery } from '@shoal/torrent'

type Tracker = Pick<TorrentDiscovery, 'kind' | 'state' | 'hash' | 'tier' | 'nextAnnounceSeconds'>

/**
 * Returns the number of seconds until the last of a torrent's trackers is contacted; 0 if all are
 * contacted now. One tracker per tier is contacted: the first that works or, if none does, the next
 * in turn. Trackers that are off or failed permanently do not count.
 */
export function lastAnnounceSeconds(discovery: readonly Tracker[]): number {
  const tiers = new Map<string, Tracker[]>()
  for (const tracker of discovery) {
    if (tracker.kind !== 'tracker' || tracker.state === 'idle') continue
    const key = `${tracker.hash} ${tracker.tier}`
    tiers.set(key, [...(tiers.get(key) ?? []), tracker])
  }
  return Math.max(0, ...[...tiers.values()].map(tierSeconds))
}

function tierSeconds(trackers: readonly Tracker[]): number {
  if (trackers.some(({ state }) => state === 'working')) return 0
  const planned = trackers.filter(({ nextAnnounceSeconds }) => nextAnnounceSeconds !== undefined)
  const working = planned.filter(({ state }) => state === 'ok')
  const next = working.length > 0 ? working : planned
  return next.length > 0 ? Math.min(...next.map(({ nextAnnounceSeconds = 0 }) => nextAnnounceSeconds)) : 0
}
