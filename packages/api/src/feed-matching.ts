/**
 * What the texts of a feed's filter ask of a title. The node decides by it what is added; the console shows the same before it is saved.
 * How a regular expression is run, and ended when it takes too long, is up to each.
 */
import type { FeedFilter } from './schemas/feed.ts'

/** UTF-16 units of a title that are looked at. */
export const MAX_FEED_TITLE = 500

/** One text of a filter: nothing, words in any order and case, or a regular expression between slashes, whose case never counts. */
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
 * A title fits when it has all words of `include` (or fits its pattern) and none of `exclude`. An empty text asks nothing. `testOf` makes
 * the test of a pattern, for titles that are cut already; what it throws, for a pattern that cannot be read, is thrown on.
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
