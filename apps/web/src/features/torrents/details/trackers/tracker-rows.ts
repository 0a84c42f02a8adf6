import type { Tracker } from '@shoal/api'

/** Trackers in their tiers, in order; then the other sources of peers. */
export function grouped(items: readonly Tracker[]): { tiers: [number, Tracker[]][]; others: Tracker[] } {
  const tiers = new Map<number, Tracker[]>()
  for (const tracker of items) {
    if (tracker.kind !== 'tracker') continue
    const tier = tracker.tier ?? 0
    tiers.set(tier, [...(tiers.get(tier) ?? []), tracker])
  }
  const others = items.filter(({ kind }) => kind !== 'tracker')
  return { tiers: [...tiers].sort(([a], [b]) => a - b), others }
}

/** Tiers as lines: an empty line begins the next. */
export function formatTiers(items: readonly Tracker[]): string {
  return grouped(items)
    .tiers.map(([, trackers]) => trackers.map(({ url }) => url).join('\n'))
    .join('\n\n')
}

/** The tiers that somebody wrote as lines; each address once, where it stands first. */
export function parseTiers(lines: string): string[][] {
  const seen = new Set<string>()
  const tiers = lines.split(/\n\s*\n/).map(block =>
    block
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '' && !seen.has(line) && seen.add(line)),
  )
  return tiers.filter(tier => tier.length > 0)
}

/** Seconds until the next announce, counted from when they were reported. */
export function secondsLeft(tracker: Tracker, toldMs: number, nowMs: number): number | null {
  if (tracker.nextAnnounceSeconds === null) return null
  return Math.max(0, tracker.nextAnnounceSeconds - (nowMs - toldMs) / 1000)
}
