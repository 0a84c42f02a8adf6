/** The order of search results, and the rule for which of them are trusted. */
import { compareBytes, latin1 } from '@shoal/torrent/base'
import { contentOf, type SignedEntry } from '../entries/entry.ts'

export interface SearchRow {
  readonly signed: SignedEntry
  /** 0 to 1. */
  readonly match: number
  /** Whether enough index nodes named the entry. */
  readonly confirmed: boolean
  /** Number of seeds found; null while unknown. */
  readonly seeds: number | null
  /** Trust in the publisher, -1 to 1; 0 for strangers. */
  readonly trust: number
  /** Number of other people who publish the same torrent. */
  readonly alsoPublishedBy: number
}

/** Results per page, and how many of them can be from one publisher while there are others. */
export const PAGE_SIZE = 20
const MAX_PER_PUBLISHER = 3
/**
 * Fraction of the index nodes with any entries of a word that must name an entry. Most nodes of a
 * region are honest and agree on the best entries; those that only some of them name are sorted
 * last.
 */
const MAJORITY = 0.5
const TRUST_WEIGHT = 0.3
/** Score that 1,000 seeds add; a torrent for which none were found loses as much. */
const SEEDS_WEIGHT = 0.3

/** Returns whether enough of the `answers` index nodes named an entry. */
export function isConfirmed(confirmations: number, answers: number): boolean {
  return confirmations >= MAJORITY * answers
}

/** Merges entries of the same torrent and sorts them, best first. */
export function rankRows(rows: readonly SearchRow[]): SearchRow[] {
  const sorted = rows.toSorted(
    (a, b) =>
      Number(b.confirmed) - Number(a.confirmed) ||
      rowScore(b) - rowScore(a) ||
      b.signed.entry.published - a.signed.entry.published ||
      compareBytes(a.signed.id, b.signed.id),
  )
  const confirmed = sorted.filter(row => row.confirmed)
  const others = sorted.filter(row => !row.confirmed)
  return merge([...mixPublishers(confirmed), ...mixPublishers(others)])
}

/** Returns the sort key of a row; greatest first. */
export function rowScore({ match, trust, seeds }: Pick<SearchRow, 'match' | 'trust' | 'seeds'>): number {
  return match + TRUST_WEIGHT * trust + SEEDS_WEIGHT * seedScore(seeds)
}

function seedScore(seeds: number | null): number {
  if (seeds === null) return 0
  return seeds === 0 ? -1 : Math.min(1, Math.log10(1 + seeds) / 3)
}

/**
 * Moves a publisher's results beyond three per page to later pages, if others can fill the page.
 */
function mixPublishers(rows: readonly SearchRow[]): SearchRow[] {
  const mixed: SearchRow[] = []
  let rest = [...rows]
  while (rest.length > 0) {
    const counts = new Map<string, number>()
    const later: SearchRow[] = []
    const page: SearchRow[] = []
    for (const row of rest) {
      const publisher = latin1(row.signed.entry.publisher)
      const count = counts.get(publisher) ?? 0
      if (page.length < PAGE_SIZE && count < MAX_PER_PUBLISHER) {
        page.push(row)
        counts.set(publisher, count + 1)
      } else later.push(row)
    }
    const filled = page.length === PAGE_SIZE ? page : [...page, ...later.splice(0, PAGE_SIZE - page.length)]
    mixed.push(...filled)
    rest = later
  }
  return mixed
}

/** Keeps the best entry of each torrent. */
function merge(rows: readonly SearchRow[]): SearchRow[] {
  const byContent = new Map<string, { row: SearchRow; publishers: Set<string> }>()
  for (const row of rows) {
    const name = latin1(contentOf(row.signed.entry))
    const group = byContent.get(name) ?? { row, publishers: new Set() }
    group.publishers.add(latin1(row.signed.entry.publisher))
    byContent.set(name, group)
  }
  return Array.from(byContent.values(), ({ row, publishers }) => ({
    ...row,
    // Merged rows are merged again when seed counts arrive.
    alsoPublishedBy: Math.max(row.alsoPublishedBy, publishers.size - 1),
  }))
}
