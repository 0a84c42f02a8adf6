/** The number of columns that text takes on a terminal. */
import { createRequire } from 'node:module'

/** ASCII, the Latin letters of Europe and usual punctuation: one column each. */
export const NARROW = /^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u2193\u2588-\u2591]*$/
const require = createRequire(import.meta.url)
let stringWidth: ((text: string) => number) | undefined
let segmenter: Intl.Segmenter | undefined

/**
 * Returns the number of columns that printable text takes: two for a wide character, none for a
 * combining mark.
 */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length
  // Loaded when needed, because loading it takes 20 ms.
  stringWidth ??= (require('string-width') as typeof import('string-width')).default
  return stringWidth(text)
}

/**
 * Shortens a text wider than `columns` in its middle, because the end of a file name matters as
 * much as its start.
 */
export function shorten(
  text: string,
  columns: number,
  { unicode = true }: { unicode?: boolean } = {},
): string {
  if (widthOf(text) <= columns) return text
  const ellipsis = unicode ? '…' : '..'
  const room = columns - ellipsis.length
  if (room < 1) return take(charactersOf(text), columns)
  const end = take(charactersOf(text).reverse(), Math.floor(room / 2), true)
  return take(charactersOf(text), room - widthOf(end)) + ellipsis + end
}

/** Pads a text with spaces to a width of `columns`. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

/** Breaks a text between words into lines of at most `columns`. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

function take(characters: readonly string[], columns: number, backwards = false): string {
  let text = ''
  let width = 0
  for (const character of characters) {
    width += widthOf(character)
    if (width > columns) break
    text = backwards ? character + text : text + character
  }
  return text
}

/** Splits a text into grapheme clusters: a letter with its marks is one. */
function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter()
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}
