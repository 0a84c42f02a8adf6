/**
 * The words of listings: both databases use the tokenizer of the node's search. SQLite's FTS5
 * receives the words separated by spaces, and its `ascii` tokenizer splits at nothing else;
 * PostgreSQL receives an array. Categories and tags are words, too, with a prefix that no text
 * contains.
 */
import { splitWords } from '@shoal/network/words'

/** Most different words of a listing. */
const MAX_WORDS = 2000
/** Longer words are truncated. */
const MAX_WORD_CHARACTERS = 64
/** Most words of a query. */
const MAX_QUERY_WORDS = 16
/** Characters from which on the last word of a query also matches as a prefix. */
const MIN_OPEN_CHARACTERS = 3
const CATEGORY = '§'
const TAG = '¶'

export interface Query {
  readonly text?: string
  /** One of these, if there are any. */
  readonly categories?: readonly string[]
  readonly tag?: string
}

/** Returns the distinct words of a listing. */
export function listingWords(texts: readonly string[], category: string, tags: readonly string[]): string[] {
  const words = new Set([CATEGORY + keyOf(category), ...tags.map(tag => TAG + keyOf(tag))])
  for (const word of texts.flatMap(splitWords)) {
    if (words.size === MAX_WORDS) break
    words.add(cut(word))
  }
  return [...words]
}

/**
 * Returns a query in FTS5's language: all words must match, and one of the categories. Returns null
 * if it has no words.
 */
export function queryOf({ text = '', categories = [], tag }: Query): string | null {
  const typed = splitWords(text).slice(0, MAX_QUERY_WORDS).map(cut)
  const isOpen = /\S$/.test(text) && (typed.at(-1)?.length ?? 0) >= MIN_OPEN_CHARACTERS
  const quote = (word: string) => `"${word}"`
  const words = [
    ...(categories.length === 0
      ? []
      : [`(${categories.map(category => quote(CATEGORY + keyOf(category))).join(' OR ')})`]),
    ...[...(tag === undefined ? [] : [TAG + keyOf(tag)]), ...typed].map(quote),
  ]
  return words.length === 0 ? null : words.join(' AND ') + (isOpen ? '*' : '')
}

/** Joins the letters and digits of a category or tag, so that it is one word. */
function keyOf(name: string): string {
  return cut(splitWords(name).join(''))
}

function cut(word: string): string {
  return Array.from(word).slice(0, MAX_WORD_CHARACTERS).join('')
}
