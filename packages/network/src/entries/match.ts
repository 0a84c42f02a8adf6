/**
 * How well an entry matches a query. Index nodes, which see only word marks, and the results use
 * the same rule.
 */
import { equalBytes } from '@shoal/torrent/base'
import type { Entry } from './entry.ts'
import { type FileKind, kindOf } from './kinds.ts'

/** Filters on entries; a missing one matches all. */
export interface Filters {
  readonly minBytes?: number
  readonly maxBytes?: number
  /** Unix time in seconds. */
  readonly publishedAfter?: number
  readonly language?: string
  readonly license?: string
  /** Torrents with files of this kind. */
  readonly kind?: FileKind
  /** Ed25519, 32 bytes. */
  readonly publisher?: Uint8Array
}

/**
 * Scores of a word in the title, in a tag and in a file name, in the order of `EntryWords.places`.
 */
const PLACE_SCORES = [1, 0.6, 0.4] as const
/** Share of the score for a title without other words. */
const TITLE_PART = 0.3

/**
 * Returns how well an entry matches, 0 to 1. `places`: where it has each query word, as in
 * `EntryWords.places`. `titleWords`: number of words in its title.
 */
export function matchScore(places: readonly number[], titleWords: number): number {
  if (places.length === 0) return 0
  let sum = 0
  let inTitle = 0
  for (const place of places) {
    sum += PLACE_SCORES[place] ?? 0
    if (place === 0) inTitle++
  }
  return (1 - TITLE_PART) * (sum / places.length) + TITLE_PART * (inTitle / Math.max(1, titleWords))
}

export function passesFilters(entry: Entry, filters: Filters): boolean {
  const { minBytes, maxBytes, publishedAfter, language, license, kind, publisher } = filters
  if (minBytes !== undefined && entry.bytes < minBytes) return false
  if (maxBytes !== undefined && entry.bytes > maxBytes) return false
  if (publishedAfter !== undefined && entry.published <= publishedAfter) return false
  if (language !== undefined && !isLanguage(entry.language, language)) return false
  if (license !== undefined && entry.license?.toLowerCase() !== license.toLowerCase()) return false
  if (kind !== undefined && !isOfKind(entry, kind)) return false
  return publisher === undefined || equalBytes(publisher, entry.publisher)
}

/** Without file names, the title decides. */
function isOfKind({ title, files }: Entry, kind: FileKind): boolean {
  const names = files.length > 0 ? files.map(({ path }) => path) : [title]
  return names.some(name => kindOf(name) === kind)
}

/** BCP 47: `de` covers `de-AT`. */
function isLanguage(language: string | null, wanted: string): boolean {
  const [own, asked] = [language?.toLowerCase() ?? '', wanted.toLowerCase()]
  return own === asked || own.startsWith(`${asked}-`)
}
