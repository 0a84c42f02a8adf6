import type { FeedFilter, FeedItem } from '@shoal/api'

/** Titles longer than that are cut before an expression sees them, as the node does. */
const MOST_TITLE = 1000

/** What a filter's text asks of a title; null for a regular expression that cannot be read. */
export function matcherOf(text: string): ((title: string) => boolean) | null {
  const expression = /^\/(.*)\/(i?)$/.exec(text.trim())
  if (!expression) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    return title => words.every(word => title.toLowerCase().includes(word))
  }
  try {
    const regular = new RegExp(expression[1]!, 'i')
    return title => regular.test(title.slice(0, MOST_TITLE))
  } catch {
    return null
  }
}

/** Any of the words to leave out is enough. */
function excluderOf(text: string): ((title: string) => boolean) | null {
  if (text.trim() === '') return () => false
  if (/^\/.*\/i?$/.test(text.trim())) return matcherOf(text)
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return title => words.some(word => title.toLowerCase().includes(word))
}

/** The items that a filter adds; null when one of its expressions cannot be read. */
export function fitting(
  items: readonly FeedItem[],
  { include, exclude }: Pick<FeedFilter, 'include' | 'exclude'>,
): FeedItem[] | null {
  const wanted = matcherOf(include)
  const unwanted = excluderOf(exclude)
  if (!wanted || !unwanted) return null
  return items.filter(({ title }) => wanted(title) && !unwanted(title))
}
