/** Changes trackers in tiers (BEP 12). */
import type { Tracker } from '@shoal/api'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { texts } from '../texts.ts'

type Announced = Pick<Tracker, 'url' | 'announce' | 'kind' | 'tier'>

/**
 * Returns the tiers of a list of trackers, with complete addresses, because displayed ones lack
 * passkeys.
 */
export function groupByTier(trackers: readonly Announced[]): string[][] {
  const tiers = new Map<number, string[]>()
  for (const { url, announce = url, kind, tier } of trackers)
    if (kind === 'tracker') tiers.set(tier ?? 0, [...(tiers.get(tier ?? 0) ?? []), announce])
  // A hybrid torrent is announced to each under both of its info hashes.
  return [...tiers].sort(([a], [b]) => a - b).map(([, urls]) => [...new Set(urls)])
}

/**
 * Each item of `add` becomes a tier; commas separate the trackers of one tier. `remove` takes
 * displayed or complete addresses. Throws UsageError for a tracker that cannot be removed.
 */
export function changedTiers(
  trackers: readonly Announced[],
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): string[][] {
  const gone = new Set(remove.flatMap(shown => wholeAddresses(shown, trackers)))
  const kept = groupByTier(trackers).map(tier => tier.filter(url => !gone.has(url)))
  const known = new Set(kept.flat())
  const added = add.map(tier =>
    tier
      .split(',')
      .map(url => url.trim())
      .filter(url => url !== '' && !known.has(url)),
  )
  return [...kept, ...added].filter(tier => tier.length > 0)
}

function wholeAddresses(shown: string, trackers: readonly Announced[]): string[] {
  const found = trackers.filter(
    ({ url, announce, kind }) => kind === 'tracker' && (url === shown || announce === shown),
  )
  if (found.length === 0) throw new UsageError(texts.trackers.notTracker({ url: shown, shoal: SHOAL }))
  return found.map(({ url, announce = url }) => announce)
}
