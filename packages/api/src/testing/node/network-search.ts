import type { NETWORK_SEARCH } from '../../contracts/network-search.ts'
import type { CheckedInputOf, Implemented } from '../../operations.ts'
import type { SearchProgress, SearchRow } from '../../schemas/network-search.ts'
import { Random, seedOf } from './random.ts'
import { found } from './refusals.ts'
import { searchIn } from './search.ts'
import type { SimulatedState } from './state.ts'
import { titleNumber } from './titles.ts'

/** A row arrives in this time, and the seeds of one. */
const ROW_MS = 120
const MOST_WAIT_MS = 20_000
/** Titles that others publish, by their number. */
const TITLES = 400
const ANSWERS = 20

interface SimulatedSearch {
  readonly id: string
  readonly text: string
  readonly startedMs: number
  readonly isOff: boolean
  /** Best first. */
  readonly rows: readonly SearchRow[]
  /** When the seeds of rows were asked for, by id. */
  readonly probedMs: Map<string, number>
  /** Rows of blocked publishers. */
  hidden: number
  /** The revision in which others were hidden. */
  hiddenMs: number
}

/** Searches that find what the node has at once, and what others publish row by row. Nobody publishes anything with the word `nothing`. */
export function networkSearch(state: SimulatedState): Implemented<typeof NETWORK_SEARCH> {
  const searches = new Map<string, SimulatedSearch>()
  const { clock } = state
  return {
    async startSearch(input) {
      const isOff = !state.settings.shoal.enabled
      const search: SimulatedSearch = {
        ...{ id: state.nextId('search'), text: input.text, startedMs: clock.nowMs(), isOff },
        rows: [...ownRows(state, input), ...(isOff ? [] : rowsOfOthers(state, input))],
        probedMs: new Map(),
        ...{ hidden: 0, hiddenMs: 0 },
      }
      searches.set(search.id, search)
      return progressOf(search, 0, state)
    },
    async readSearch({ id, since }, { signal } = {}) {
      const search = found(searches, id, 'search')
      for (let waitedMs = 0; ; waitedMs += ROW_MS) {
        const progress = progressOf(search, since, state)
        if (progress.revision > since || waitedMs >= MOST_WAIT_MS) return progress
        await clock.wait(ROW_MS, signal)
        found(searches, id, 'search')
      }
    },
    async probeSearch({ id, rows }) {
      const { probedMs, rows: known } = found(searches, id, 'search')
      for (const row of known)
        if (rows.includes(row.id) && row.publisher && !probedMs.has(row.id))
          probedMs.set(row.id, clock.nowMs() + probedMs.size * ROW_MS)
      return {}
    },
    async endSearch({ id }) {
      searches.delete(id)
      return {}
    },
  }
}

function seedsKnown({ probedMs }: SimulatedSearch, nowMs: number): Map<string, number> {
  const due = [...probedMs].filter(([, atMs]) => atMs + ROW_MS <= nowMs)
  return new Map(due.map(([id, atMs]) => [id, atMs + ROW_MS]))
}

/** Revisions are the times of the changes, in milliseconds since the search began. */
function progressOf(search: SimulatedSearch, since: number, state: SimulatedState): SearchProgress {
  const { id, text, startedMs, isOff } = search
  const nowMs = state.clock.nowMs()
  const rows = search.rows.filter(({ publisher }) => !publisher || !state.blocked.has(publisher.did))
  const hidden = search.rows.length - rows.length
  const passedMs = nowMs - startedMs
  // As a real node: whoever reads the search hears of it.
  if (hidden !== search.hidden) search.hiddenMs = Math.max(passedMs, since + 1)
  search.hidden = hidden
  const others = rows.filter(({ publisher }) => publisher !== null)
  const seeds = seedsKnown(search, nowMs)
  const changedMs = (row: SearchRow) =>
    Math.max(
      row.publisher ? (others.indexOf(row) + 1) * ROW_MS : 1,
      (seeds.get(row.id) ?? startedMs) - startedMs,
    )
  const there = rows.filter(row => row.publisher === null || changedMs(row) <= passedMs)
  const isDone = isOff || passedMs >= (others.length + 1) * ROW_MS
  const doneMs = isDone && !isOff ? (others.length + 1) * ROW_MS : 0
  const revision = Math.max(1, ...there.map(changedMs), doneMs, search.hiddenMs)
  const answers = isOff ? 0 : Math.min(ANSWERS, 1 + Math.floor(passedMs / ROW_MS))
  return {
    ...{ id, text, revision, done: isDone },
    network: {
      state: isOff ? 'unavailable' : isDone ? 'done' : 'searching',
      reason: isOff ? 'off' : null,
      problem: isOff ? 'The Shoal network is off (shoal.enabled in the settings).' : null,
      ...{ answers: isDone && !isOff ? ANSWERS : answers, answersWanted: ANSWERS, partial: false },
      hidden,
    },
    order: there
      .toSorted((a, b) => Number(b.confirmed) - Number(a.confirmed) || scoreOf(b, seeds) - scoreOf(a, seeds))
      .map(row => row.id),
    rows: there
      .filter(row => changedMs(row) > since)
      .map(row => (seeds.has(row.id) ? { ...row, seeds: seedsOf(row.id) } : row)),
  }
}

/** Seeds that were reached count as much as a real node counts them, so that rows change places. */
function scoreOf({ id, match }: SearchRow, seeds: ReadonlyMap<string, number>): number {
  return seeds.has(id) ? match + 0.1 * Math.log10(1 + seedsOf(id)) : match
}

function seedsOf(id: string): number {
  return seedOf(id) % 40
}

/** Rows of the node's own list. */
function ownRows(state: SimulatedState, { text, kind }: CheckedInputOf<'startSearch'>): SearchRow[] {
  const { items } = searchIn(state, { text: splitQuery(text).join(' '), kind, limit: 100 })
  return [...Map.groupBy(items, hit => hit.torrent)].map(([torrent, hits]) => {
    const { row } = state.torrents.get(torrent)!
    return {
      ...{ id: `baf5rcf${torrent}`, title: row.name, link: `magnet:?xt=urn:btih:${torrent}` },
      ...{ totalBytes: row.totalBytes, fileCount: row.fileCount, files: [], tags: row.tags, license: null },
      ...{ language: null, publishedMs: null, publisher: null, alsoPublishedBy: 0, match: 0.8 },
      ...{ confirmed: true, seeds: null, torrent, hits: hits.slice(0, 3) },
    }
  })
}

function rowsOfOthers(state: SimulatedState, input: CheckedInputOf<'startSearch'>): SearchRow[] {
  const words = splitQuery(input.text)
  if (words.length === 0 || words.includes('nothing')) return []
  const known = Array.from({ length: TITLES }, (_, i) => titleNumber(100 + i))
  const matching = known.filter(({ name }) => words.every(word => name.toLowerCase().includes(word)))
  const names = [
    ...SUFFIXES.map(suffix => ({ name: `${input.text} ${suffix}`, files: [], tags: ['open'] })),
    ...matching.slice(0, 40).map(title => ({ ...title, files: title.files(new Random(seedOf(title.name))) })),
  ]
  const { minBytes = 0, maxBytes = Number.POSITIVE_INFINITY, language, limit } = input
  return names
    .map(({ name, files, tags }, at): SearchRow => {
      // The same words find the same torrents, in capitals, too.
      const random = new Random(seedOf(name.toLowerCase()))
      const hash = random.hex(40)
      const bytes = files.reduce((sum, file) => sum + file.lengthBytes, 0)
      return {
        ...{ id: `baf5rcf${hash}`, title: name, link: `magnet:?xt=urn:btih:${hash}`, tags: [...tags] },
        totalBytes: bytes || random.integer(1e6, 5e9),
        ...{ fileCount: files.length || 1, files: files.slice(0, 5) },
        license: random.pick(['CC-BY-4.0', 'CC0-1.0', null]),
        language: random.pick(['en', 'de', null]),
        publishedMs: state.startedMs - random.integer(0, 300) * 86_400_000,
        publisher: {
          // No digit 0, which base 58 lacks.
          did: `did:key:z6Mk${random.hex(40).replaceAll('0', 'z')}`,
          ...{ own: false, contact: false, name: null, trust: random.pick([0, 0, 0, 0.5]) },
        },
        ...{ alsoPublishedBy: random.pick([0, 0, 3]), match: 1 / (1 + at / 20) },
        ...{ confirmed: at < names.length - 1, seeds: null, torrent: null, hits: [] },
      }
    })
    .filter(row => row.totalBytes! >= minBytes && row.totalBytes! <= maxBytes)
    .filter(row => language === undefined || row.language === language)
    .slice(0, limit)
}

function splitQuery(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll('"', '')
    .split(/\s+/)
    .filter(word => word !== '' && !word.startsWith('-'))
}

const SUFFIXES = ['(complete)', 'collection', '2026', 'source files', 'recordings', 'maps']
