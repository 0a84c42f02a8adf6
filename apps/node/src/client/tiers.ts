/** Trackers as tiers (BEP 12), changed by a few words. */
import type { Tracker } from '@shoal/api'
import { UsageError } from '../cli/failure.ts'

/** The tiers that a list of trackers stands for. */
export function tiersOf(trackers: readonly Pick<Tracker, 'url' | 'kind' | 'tier'>[]): string[][] {
  const tiers = new Map<number, string[]>()
  for (const { url, kind, tier } of trackers)
    if (kind === 'tracker') tiers.set(tier ?? 0, [...(tiers.get(tier ?? 0) ?? []), url])
  // A hybrid torrent is announced to each under both of its info hashes.
  return [...tiers].sort(([a], [b]) => a - b).map(([, urls]) => [...new Set(urls)])
}

/** Each of `add` is a tier of its own, with commas in it one of several. Throws UsageError for what cannot be removed. */
export function changedTiers(
  tiers: readonly (readonly string[])[],
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): string[][] {
  const absent = remove.find(url => !tiers.flat().includes(url))
  if (absent !== undefined)
    throw new UsageError(`${absent} is none of its trackers: shoal trackers lists them`)
  const kept = tiers.map(tier => tier.filter(url => !remove.includes(url)))
  const known = new Set(kept.flat())
  const added = add.map(tier =>
    tier
      .split(',')
      .map(url => url.trim())
      .filter(url => url !== '' && !known.has(url)),
  )
  return [...kept, ...added].filter(tier => tier.length > 0)
}
