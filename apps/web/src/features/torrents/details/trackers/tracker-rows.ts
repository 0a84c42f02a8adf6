import type { Tracker } from '@shoal/api'

/** Returns trackers in the order of their tiers, followed by the other sources of peers. */
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

/** Formats tiers as lines: an empty line starts the next tier. */
export function formatTiers(items: readonly Tracker[]): string {
  return grouped(items)
    .tiers.map(([, trackers]) => trackers.map(({ url }) => url).join('\n'))
    .join('\n\n')
}

/** Parses tiers that the user wrote as lines. Each address is kept once, at its first position. */
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

/** Returns the seconds until the next announce, relative to the time of the report. */
export function secondsLeft(tracker: Tracker, toldMs: number, nowMs: number): number | null {
  if (tracker.nextAnnounceSeconds === null) return null
  return Math.max(0, tracker.nextAnnounceSeconds - (nowMs - toldMs) / 1000)
}
