import type { SEARCH } from '../../contracts/search.ts'
import type { CheckedInputOf, Implemented, OutputOf } from '../../operations.ts'
import type { SearchHit } from '../../schemas/search.ts'
import { mediaTypeOf } from './media-types.ts'
import { pageOf } from './refusals.ts'
import type { SimulatedTorrent } from './simulated-torrent.ts'
import type { SimulatedState } from './state.ts'
import type { Says } from './titles.ts'

export function search(state: SimulatedState): Implemented<typeof SEARCH> {
  return { search: async input => searchIn(state, input) }
}

export function searchIn(
  state: SimulatedState,
  { text, kind, cursor, limit }: CheckedInputOf<'search'>,
): OutputOf<'search'> {
  const words = text.toLowerCase().replaceAll('"', '').split(/\s+/).filter(Boolean)
  const hits: SearchHit[] = []
  if (words.length > 0)
    for (const torrent of state.torrents.values()) hits.push(...hitsIn(torrent, words, state.says, kind))
  const { items, next } = pageOf(hits, cursor, limit)
  return { items, next }
}

function hitsIn(
  { row, files }: SimulatedTorrent,
  words: readonly string[],
  says: Says,
  kind?: string,
): SearchHit[] {
  const base = { torrent: row.id, torrentName: row.name }
  const hits: SearchHit[] = []
  const own = matchesIn(row.name, words)
  if (own && kind === undefined) hits.push({ ...base, file: null, path: null, snippet: null, matches: own })
  for (const [file, { path }] of files.entries()) {
    if (kind !== undefined && kindOf(path) !== kind) continue
    const name = path.slice(path.lastIndexOf('/') + 1)
    const snippet =
      kindOf(path) === 'document' ? PASSAGES.map(says).find(passage => matchesIn(passage, words)) : undefined
    const inPath = matchesIn(path, words)
    if (snippet !== undefined)
      hits.push({ ...base, file, path, snippet, matches: matchesIn(snippet, words)! })
    else if (inPath && (matchesIn(name, words) || !own))
      hits.push({ ...base, file, path, snippet: null, matches: inPath })
    if (hits.length > 40) break
  }
  return hits
}

const PASSAGES = [
  '… the sea was perfectly calm, and the shoal of white dolphins swam ahead of us until the sun went down over the harbour …',
  '… how to share a folder: choose it, wait until it is read, and send the link to whoever should have it …',
  '… the Moon, as we shall see, draws the water of the sea towards itself and leaves it behind twice a day …',
]

function matchesIn(text: string, words: readonly string[]): [number, number][] | null {
  const lower = text.toLowerCase()
  const found = words.map(word => [lower.indexOf(word), word.length] as const)
  if (found.some(([at]) => at < 0)) return null
  return found.map(([at, length]): [number, number] => [at, at + length]).sort((a, b) => a[0] - b[0])
}

function kindOf(path: string): string {
  const type = mediaTypeOf(path)
  if (type.startsWith('video/')) return 'video'
  if (type.startsWith('audio/')) return 'audio'
  if (type.startsWith('image/')) return 'picture'
  if (/text|pdf|epub/.test(type)) return 'document'
  return /zip|xz|iso/.test(path) ? 'archive' : 'other'
}
