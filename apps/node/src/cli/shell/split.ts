/**
 * Splits a line into words by the rules of sh for quotes and backslashes (POSIX Shell Command
 * Language 2.2).
 */
import { UsageError } from '@shoal/options'
import { texts } from '../texts.ts'

export interface Split {
  readonly words: readonly string[]
  /** The quote that is still open at the end, or null. */
  readonly open: '"' | "'" | '\\' | null
  /** The offset of the last word; the length of the line if that ends with a space. */
  readonly lastStart: number
}

const BLANK = /\s/
/** Characters that a backslash escapes between double quotes. */
const IN_DOUBLE = new Set(['"', '\\', '$', '`'])

/** Splits a line, which can be unfinished. A `#` at the start of a word starts a comment. */
export function splitLine(line: string): Split {
  const words: string[] = []
  let word: string | null = null
  let open: Split['open'] = null
  let lastStart = line.length
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (open === "'" || open === '"') {
      if (character === open) open = null
      else if (open === '"' && character === '\\' && IN_DOUBLE.has(line[at + 1] ?? '')) word += line[++at]!
      else word += character
      continue
    }
    if (BLANK.test(character)) {
      if (word !== null) words.push(word)
      word = null
      continue
    }
    if (word === null) {
      if (character === '#') break
      lastStart = at
      word = ''
    }
    if (character === '"' || character === "'") open = character
    else if (character !== '\\') word += character
    else if (at + 1 === line.length) open = '\\'
    else word += line[++at]!
  }
  if (word !== null) words.push(word)
  else lastStart = line.length
  return { words, open, lastStart }
}

/** Splits a complete line. Throws UsageError if a quote is not closed. */
export function splitWords(line: string): readonly string[] {
  const { words, open } = splitLine(line)
  if (open === '\\') throw new UsageError(texts.parse.backslash)
  if (open) throw new UsageError(texts.parse.openQuote({ quote: open }))
  return words
}

/** Quotes a word if necessary. */
export function quoteWord(word: string): string {
  if (/^[\p{L}\p{N}_@%+=:,./~^-]+$/u.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}
