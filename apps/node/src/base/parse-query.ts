import { isUnspaced, splitWords, toIndexed, wordPattern } from '@shoal/network/words'

/** A word or phrase that must be found, or must not. */
interface Term {
  /** As typed, without quotes. */
  readonly text: string
  /** Folded. Several words must be consecutive. */
  readonly words: readonly string[]
  /** The last word is a prefix, because it was typed without quotes. */
  readonly isPrefix: boolean
}

export interface ParsedQuery {
  readonly wanted: readonly Term[]
  readonly unwanted: readonly Term[]
}

/** Terms beyond these limits are ignored. */
const MAX_LENGTH = 1000
const MAX_TERMS = 16
const MAX_WORDS = 24

/** `-` before a term excludes it; an unclosed quote extends to the end. */
const TERMS = /(-?)"([^"]*)(?:"|$)|(-?)([^\s"]+)/g

/**
 * Parses a query: words, "a phrase", -excluded. Any text is allowed; parts without a letter or
 * digit are ignored.
 */
export function parseQuery(text: string): ParsedQuery {
  const wanted: Term[] = []
  const unwanted: Term[] = []
  for (const [, phraseSign, phrase, wordSign, word] of text.slice(0, MAX_LENGTH).matchAll(TERMS)) {
    if (wanted.length + unwanted.length === MAX_TERMS) break
    const isPhrase = phrase !== undefined
    const excludes = (isPhrase ? phraseSign : wordSign) === '-'
    const typed = (isPhrase ? phrase : word!).toWellFormed()
    const words = splitWords(typed).slice(0, MAX_WORDS)
    if (words.length === 0) continue
    const list = excludes ? unwanted : wanted
    list.push({ text: typed, words, isPrefix: !isPhrase && !excludes })
  }
  return { wanted, unwanted }
}

/** The columns that are searched. */
const TEXT_COLUMNS = '{name path text}'

/**
 * Returns the query in FTS5's language (https://sqlite.org/fts5.html#full_text_query_syntax), or
 * null if it has no terms. User input is always quoted.
 */
export function toExpression(
  query: ParsedQuery,
  kinds: readonly string[],
  columns = TEXT_COLUMNS,
): string | null {
  if (query.wanted.length === 0) return null
  const wanted = query.wanted.map(term => wantedIn(term, columns)).join(' AND ')
  const unwanted = query.unwanted.map(quote).join(' OR ')
  const ofKind = kinds.map(kind => `"${kindWord(kind)}"`).join(' OR ')
  let expression = `(${wanted})`
  if (ofKind !== '') expression = `(${expression} AND (kind : (${ofKind})))`
  return unwanted === '' ? expression : `(${expression} NOT (${TEXT_COLUMNS} : (${unwanted})))`
}

/**
 * Too many words start with the same one or two letters to scan them all: prefixes of words in
 * names and paths have a separate column, and texts must contain exactly these letters as a word.
 */
function wantedIn(term: Term, columns: string): string {
  const { words, isPrefix } = term
  if (!isPrefix) return `(${columns} : ${quote(term)})`
  if (words.length > 1 || [...words[0]!].length > BEGINNING_SIGNS) return `(${columns} : ${quote(term)} *)`
  return `((begin : ${quote(term)}) OR (${columns} : ${quote(term)}))`
}

/** Maximum length of prefixes that have entries in their column. */
const BEGINNING_SIGNS = 2

/** Returns the prefixes of the words of a text, for their column. */
export function wordPrefixes(text: string): string {
  const beginnings = new Set<string>()
  for (const word of splitWords(text)) {
    const signs = [...word.slice(0, 2 * BEGINNING_SIGNS)]
    for (let length = 1; length <= Math.min(BEGINNING_SIGNS, signs.length); length++)
      beginnings.add(signs.slice(0, length).join(''))
  }
  return [...beginnings].join(' ')
}

/** Kinds are words in a separate column. */
export function kindWord(kind: string): string {
  return `k${kind.replace(/[^a-z]/g, '')}`
}

/** Returns a pattern that finds the terms in text processed by `foldInPlace`. */
export function toPattern({ wanted }: ParsedQuery): RegExp | null {
  if (wanted.length === 0) return null
  return new RegExp(wanted.map(termPattern).join('|'), 'gu')
}

/** Returns one such pattern for each term. */
export function toPatterns({ wanted }: ParsedQuery): RegExp[] {
  return wanted.map(term => new RegExp(termPattern(term), 'u'))
}

function termPattern({ words, isPrefix }: Term): string {
  const begin = isUnspaced(words[0]!) ? '' : '(?<![\\p{L}\\p{N}])'
  const end = isPrefix || isUnspaced(words.at(-1)!) ? '' : '(?![\\p{L}\\p{N}])'
  // The words only contain letters and digits, so they need no escaping.
  const patterns = words.map((word, at) => wordPattern(word, isPrefix && at === words.length - 1))
  return begin + patterns.join('[^\\p{L}\\p{N}]{0,40}') + end
}

function quote({ text }: Term): string {
  return `"${toIndexed(text).replaceAll('"', ' ')}"`
}
