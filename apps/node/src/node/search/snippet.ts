import { foldInPlace } from '@shoal/network/words'

/** A part of a text, [start, end) in UTF-16 units. */
export type Range = readonly [start: number, end: number]

export interface Snippet {
  readonly text: string
  readonly matches: readonly Range[]
}

const BEFORE = 60
const AFTER = 180
/** Maximum distance by which a cut moves to fall between two words. */
const SLACK = 20
const MAX_RANGES = 50

/** Returns the parts of the text that match the query's pattern. */
export function matchRanges(text: string, pattern: RegExp): Range[] {
  const ranges: Range[] = []
  for (const match of foldInPlace(text).matchAll(pattern)) {
    if (match[0].length > 0) ranges.push([match.index, match.index + match[0].length])
    if (ranges.length === MAX_RANGES) break
  }
  return ranges
}

/** Returns the text around the first match, or null if there is no match. */
export function findSnippet(text: string, pattern: RegExp): Snippet | null {
  pattern.lastIndex = 0
  const first = pattern.exec(foldInPlace(text))
  pattern.lastIndex = 0
  return first ? cutSnippet(text, first.index, pattern) : null
}

/** Returns the beginning of a text, for a match whose position is unknown. */
export function openingSnippet(text: string): Snippet {
  return { text: cut(text, 0, BEFORE + AFTER), matches: [] }
}

function cutSnippet(text: string, at: number, pattern: RegExp): Snippet {
  const part = cut(text, Math.max(0, at - BEFORE), Math.min(text.length, at + AFTER))
  return { text: part, matches: matchRanges(part, pattern) }
}

function cut(text: string, from: number, to: number): string {
  const begin = from === 0 ? 0 : nextSpace(text, from)
  const end = to >= text.length ? text.length : lastSpace(text, to)
  const inside = text.slice(begin, end).toWellFormed().replace(/\s/g, ' ').trim()
  return (begin > 0 ? '… ' : '') + inside + (end < text.length ? ' …' : '')
}

function nextSpace(text: string, from: number): number {
  const at = text.slice(from, from + SLACK).search(/\s/)
  return at < 0 ? from : from + at
}

function lastSpace(text: string, to: number): number {
  for (let at = to; at > to - SLACK; at--) if (/\s/.test(text[at]!)) return at
  return to
}
