import type { SQLInputValue } from 'node:sqlite'
import { type ParsedQuery, parseQuery, toExpression, toPattern } from '../../base/parse-query.ts'
import { findSnippet, openingSnippet, type Snippet } from './snippet.ts'

/** Reads rows of our own query, and blocks of stored text. */
export interface IndexReader {
  rows(sql: string, ...values: SQLInputValue[]): readonly { id: number; score: number }[]
  block(id: number, block: number): string | null
  holderOf(id: number): { readonly torrentId: number; readonly file: number | null } | null
}

export interface SearchRequest {
  readonly text: string
  /** Empty: all. */
  readonly kinds: readonly string[]
  readonly limit: number
  /** Hits on earlier pages. */
  readonly offset: number
}

export interface Hit {
  readonly torrentId: number
  /** Null: the torrent itself. */
  readonly file: number | null
  /** Higher is better. Only comparable within one answer. */
  readonly score: number
  /** Position of a match in the text of the document; null if it has no text. */
  readonly snippet: Snippet | null
}

export interface Hits {
  readonly hits: readonly Hit[]
  readonly more: boolean
}

/** Maximum number of hits that can be paged through. */
export const MAX_HITS = 1000
/**
 * A query with more hits than this is too vague to rank, and ranking them all would take too long.
 */
const MAX_RANKED = 10_000
/** A word counts most in the name, less in the path, and least in the text. */
const RANK = 'bm25(entries, 10.0, 3.0, 1.0, 0.0, 3.0)'
/**
 * Blocks of text read for the snippets of one page, in addition to the first of each: about 20 ms.
 * If they do not contain the match, the snippet is the beginning of the text.
 */
const SNIPPET_BLOCKS = 64

/** Returns hits, best first. */
export function findHits(request: SearchRequest, reader: IndexReader): Hits {
  const query = parseQuery(request.text)
  const { offset } = request
  const wanted = Math.min(offset + request.limit, MAX_HITS)
  const found = find(query, request.kinds, wanted + 1, reader)
  const hits = withSnippets(found.slice(offset, wanted), query, reader)
  return { hits, more: found.length > wanted && wanted < MAX_HITS }
}

function find(query: ParsedQuery, kinds: readonly string[], count: number, reader: IndexReader) {
  const expression = toExpression(query, kinds)
  if (expression === null) return []
  if (!isBroad(expression, reader)) return ranked(expression, count, reader)
  // The best name matches, then the newest of the rest.
  const inNames = toExpression(query, kinds, 'name')!
  const names = isBroad(inNames, reader) ? newest(inNames, count, reader) : ranked(inNames, count, reader)
  if (names.length >= count) return names
  const seen = new Set(names.map(({ id }) => id))
  const others = newest(expression, count + names.length, reader).filter(({ id }) => !seen.has(id))
  return [...names, ...others].slice(0, count)
}

function isBroad(expression: string, reader: IndexReader): boolean {
  const sql = 'SELECT count(*) AS id, 0 AS score FROM (SELECT 1 FROM entries WHERE entries MATCH ? LIMIT ?)'
  return reader.rows(sql, expression, MAX_RANKED + 1)[0]!.id > MAX_RANKED
}

function ranked(expression: string, count: number, reader: IndexReader) {
  const sql = `SELECT rowid AS id, -${RANK} AS score FROM entries WHERE entries MATCH ? ORDER BY ${RANK}, rowid DESC LIMIT ?`
  return reader.rows(sql, expression, count)
}

function newest(expression: string, count: number, reader: IndexReader) {
  const sql = 'SELECT rowid AS id, 0 AS score FROM entries WHERE entries MATCH ? ORDER BY rowid DESC LIMIT ?'
  return reader.rows(sql, expression, count)
}

function withSnippets(
  found: readonly { id: number; score: number }[],
  query: ParsedQuery,
  reader: IndexReader,
): Hit[] {
  const pattern = toPattern(query)
  if (!pattern) return []
  const budget = { blocks: SNIPPET_BLOCKS }
  return found.flatMap(({ id, score }) => {
    const holder = reader.holderOf(id)
    return holder ? { ...holder, score, snippet: snippetFor(id, pattern, budget, reader) } : []
  })
}

/** Returns a snippet from the first block of the text that has a match. */
function snippetFor(
  id: number,
  pattern: RegExp,
  budget: { blocks: number },
  reader: IndexReader,
): Snippet | null {
  let opening: string | null = null
  for (let block = 0; ; block++) {
    const text = block > 0 && budget.blocks-- <= 0 ? null : reader.block(id, block)
    if (text === null) return opening === null ? null : openingSnippet(opening)
    opening ??= text
    const snippet = findSnippet(text, pattern)
    if (snippet) return snippet
  }
}
