import { isUnspaced, toIndexed, wordPattern, wordsOf } from './words.ts'

/** One thing that is looked for, or that must not be there. */
export interface Term {
  /** As it was typed, without quotes. */
  readonly text: string
  /** Folded. Several must follow each other. */
  readonly words: readonly string[]
  /** The last word may go on: it was typed without quotes. */
  readonly isPrefix: boolean
}

export interface ParsedQuery {
  readonly wanted: readonly Term[]
  readonly unwanted: readonly Term[]
}

/** What is typed beyond these is left out. */
const MAX_LENGTH = 1000
const MAX_TERMS = 16
const MAX_WORDS = 24

/** `-` before it excludes; a quote that is not closed reaches to the end. */
const TERMS = /(-?)"([^"]*)(?:"|$)|(-?)([^\s"]+)/g

/** Reads what a person typed: words, "a phrase", -not this. Anything is allowed; what has no letter or digit is left out. */
export function parseQuery(text: string): ParsedQuery {
  const wanted: Term[] = []
  const unwanted: Term[] = []
  for (const [, phraseSign, phrase, wordSign, word] of text.slice(0, MAX_LENGTH).matchAll(TERMS)) {
    if (wanted.length + unwanted.length === MAX_TERMS) break
    const isPhrase = phrase !== undefined
    const excludes = (isPhrase ? phraseSign : wordSign) === '-'
    const typed = (isPhrase ? phrase : word!).toWellFormed()
    const words = wordsOf(typed).slice(0, MAX_WORDS)
    if (words.length === 0) continue
    const list = excludes ? unwanted : wanted
    list.push({ text: typed, words, isPrefix: !isPhrase && !excludes })
  }
  return { wanted, unwanted }
}

/** Where text is looked for. */
const TEXT_COLUMNS = '{name path text}'

/**
 * The query in FTS5's language (https://sqlite.org/fts5.html#full_text_query_syntax); null when nothing is looked for. What was typed
 * is only ever within quotes.
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
 * One or two letters begin so many words that looking through all of them takes too long: the beginnings of words of names and paths have a
 * column of their own, and texts have to have just these letters as a word.
 */
function wantedIn(term: Term, columns: string): string {
  const { words, isPrefix } = term
  if (!isPrefix) return `(${columns} : ${quote(term)})`
  if (words.length > 1 || [...words[0]!].length > BEGINNING_SIGNS) return `(${columns} : ${quote(term)} *)`
  return `((begin : ${quote(term)}) OR (${columns} : ${quote(term)}))`
}

/** Letters of a beginning that is looked up as such. */
const BEGINNING_SIGNS = 2

/** The beginnings of the words of a text, as they go into their column. */
export function beginningsOf(text: string): string {
  const beginnings = new Set<string>()
  for (const word of wordsOf(text)) {
    const signs = [...word.slice(0, 2 * BEGINNING_SIGNS)]
    for (let length = 1; length <= Math.min(BEGINNING_SIGNS, signs.length); length++)
      beginnings.add(signs.slice(0, length).join(''))
  }
  return [...beginnings].join(' ')
}

/** Kinds are words of a column of their own. */
export function kindWord(kind: string): string {
  return `k${kind.replace(/[^a-z]/g, '')}`
}

/** Finds the terms in text that went through `foldInPlace`. */
export function toPattern({ wanted }: ParsedQuery): RegExp | null {
  if (wanted.length === 0) return null
  return new RegExp(wanted.map(termPattern).join('|'), 'gu')
}

/** Finds each term by itself, likewise. */
export function toPatterns({ wanted }: ParsedQuery): RegExp[] {
  return wanted.map(term => new RegExp(termPattern(term), 'u'))
}

function termPattern({ words, isPrefix }: Term): string {
  const begin = isUnspaced(words[0]!) ? '' : '(?<![\\p{L}\\p{N}])'
  const end = isPrefix || isUnspaced(words.at(-1)!) ? '' : '(?![\\p{L}\\p{N}])'
  // Letters and digits only: nothing in them is special in a pattern.
  const patterns = words.map((word, at) => wordPattern(word, isPrefix && at === words.length - 1))
  return begin + patterns.join('[^\\p{L}\\p{N}]{0,40}') + end
}

function quote({ text }: Term): string {
  return `"${toIndexed(text).replaceAll('"', ' ')}"`
}
