/** Finds torrents by info hash, by its first digits, or by a part of the name. */
import type { NodeApi, Torrent } from '@shoal/api'
import type { Positional } from '@shoal/options'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'
import { firstMatching } from './matching.ts'
import { allTorrents } from './pages.ts'

export type Named = Pick<Torrent, 'id' | 'infoHashV1' | 'infoHashV2' | 'name'>

export const LEAST_PREFIX = 4
const MOST_CANDIDATES = 10

export const TORRENT: Positional = { name: 'ID', help: texts.argument.torrent }
export const TORRENTS: Positional = {
  name: 'ID',
  help: texts.argument.torrents,
  many: true,
}

/**
 * Returns the IDs of the torrents that words name, each once; `all` means all. Throws `not-found`
 * and `ambiguous`.
 */
export async function torrentIds(api: NodeApi, words: readonly string[]): Promise<string[]> {
  return (await namedTorrents(api, words)).map(({ id }) => id)
}

export async function torrentId(api: NodeApi, word: string): Promise<string> {
  if (isHash(word)) return word.toLowerCase()
  return pickTorrent(word, await allTorrents(api)).id
}

/** Returns the torrents that words name, each once. */
export async function namedTorrents(api: NodeApi, words: readonly string[]): Promise<Torrent[]> {
  if (words.length === 0) throw new UsageError(texts.names.idMissing({ help: TORRENTS.help }))
  const torrents = await allTorrents(api)
  if (words.includes('all')) return torrents
  const picked = words.map(word => pickTorrent(word, torrents))
  return [...new Map(picked.map(torrent => [torrent.id, torrent])).values()]
}

/**
 * Returns the removed torrents that words name, each once. Throws `not-found` if it is too late or
 * the torrent was never removed.
 */
export async function removedIds(api: NodeApi, words: readonly string[]): Promise<string[]> {
  const { items } = await api.listRemoved({})
  if (words.includes('all')) return items.map(({ id }) => id)
  const picked = words.map(word => pickTorrent(word, items, gone))
  return [...new Set(picked.map(({ id }) => id))]
}

function gone(word: string): CommandFailure {
  return new CommandFailure('not-found', texts.names.notRemoved({ word, shoal: SHOAL }))
}

/**
 * Returns the torrent that a word names. A complete hash or name takes precedence over a partial
 * one.
 */
export function pickTorrent<T extends Named>(
  word: string,
  torrents: readonly T[],
  missing: (word: string) => CommandFailure = unknown,
): T {
  const typed = word.trim()
  if (typed === '') throw new UsageError(texts.names.empty({ help: TORRENT.help }))
  const folded = typed.toLowerCase()
  const tests: ((torrent: T) => boolean)[] = [
    torrent => listHashes(torrent).includes(folded),
    ({ name }) => name === typed,
    ({ name }) => name.toLowerCase() === folded,
    torrent => isPrefix(folded) && listHashes(torrent).some(hash => hash.startsWith(folded)),
    ({ name }) => name.toLowerCase().includes(folded),
  ]
  const found = firstMatching(torrents, tests)
  if (found.length === 0) throw missing(typed)
  if (found.length > 1) throw ambiguous(typed, found)
  return found[0]!
}

function unknown(word: string): CommandFailure {
  return new CommandFailure('not-found', texts.names.unknown({ word, shoal: SHOAL }))
}

/** Returns the number of digits that make all IDs unique; at least 8. */
export function idDigits(ids: readonly string[]): number {
  const sorted = [...ids].sort()
  let digits = 8
  for (let at = 1; at < sorted.length; at++) {
    const [a, b] = [sorted[at - 1]!, sorted[at]!]
    let same = 0
    while (same < a.length && a[same] === b[same]) same++
    if (a !== b) digits = Math.max(digits, same + 1)
  }
  return digits
}

function ambiguous(word: string, found: readonly Named[]): CommandFailure {
  const digits = idDigits(found.map(({ id }) => id))
  const shown = found.slice(0, MOST_CANDIDATES).map(({ id, name }) => `${id.slice(0, digits)} ${name}`)
  const known = { word, number: found.length, names: shown.join(', ') }
  const more = found.length - MOST_CANDIDATES
  return new CommandFailure(
    'ambiguous',
    more > 0 ? texts.names.ambiguousMore({ ...known, more }) : texts.names.ambiguous(known),
  )
}

function listHashes({ id, infoHashV1, infoHashV2 }: Named): string[] {
  return [id, infoHashV1, infoHashV2].filter(hash => hash !== null)
}

function isHash(word: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(word)
}

/** Returns whether a word can be the start of an id. */
export function isPrefix(word: string): boolean {
  return word.length >= LEAST_PREFIX && /^[0-9a-f]+$/.test(word)
}
