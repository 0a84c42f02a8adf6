/**
 * Matches titles of feed items with a filter. The node uses it to add items, and the console to
 * preview a filter before it is saved. Each passes in how to run regular expressions, since they
 * limit the time in different ways.
 */
import type { FeedFilter } from './schemas.ts'

/** Number of UTF-16 units of a title that are compared. */
export const MAX_FEED_TITLE = 500

/**
 * A parsed filter: nothing, words in any order and case, or a case-insensitive regular expression
 * between slashes.
 */
export type FilterText =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: string }

export function readFilterText(text: string): FilterText {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'nothing' }
  const pattern = /^\/(.+)\/i?$/s.exec(trimmed)?.[1]
  if (pattern !== undefined) return { kind: 'pattern', pattern }
  return { kind: 'words', words: fold(trimmed).split(/\s+/) }
}

export type TitleTest = (title: string) => boolean

/**
 * Returns a test for titles: it passes if a title contains all words of `include` (or matches its
 * pattern) and none of `exclude`. An empty text matches everything. `testOf` creates the test of a
 * pattern, which gets shortened titles; its errors for a bad pattern are passed through.
 */
export function titleTest(
  { include, exclude }: Pick<FeedFilter, 'include' | 'exclude'>,
  testOf: (pattern: string, member: 'include' | 'exclude') => TitleTest,
): TitleTest {
  const of = (member: 'include' | 'exclude', text: FilterText): TitleTest | null => {
    if (text.kind === 'nothing') return null
    if (text.kind === 'pattern') return testOf(text.pattern, member)
    return member === 'include'
      ? title => text.words.every(has(fold(title)))
      : title => text.words.some(has(fold(title)))
  }
  const wanted = of('include', readFilterText(include))
  const unwanted = of('exclude', readFilterText(exclude))
  return title => {
    const short = title.slice(0, MAX_FEED_TITLE)
    return (wanted?.(short) ?? true) && !unwanted?.(short)
  }
}

const has = (text: string) => (word: string) => text.includes(word)

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
