import type { NETWORK_SEARCH } from '../../contracts/network-search.ts'
import type { CheckedInputOf, Implemented } from '../../operations.ts'
import type { SearchProgress, SearchRow } from '../../schemas/network-search.ts'
import { Random, seedOf } from './random.ts'
import { found } from './refusals.ts'
import { searchIn } from './search.ts'
import type { SimulatedState } from './state.ts'
import { titleNumber } from './titles.ts'

/** Time until a row arrives. */
const STEP_MS = 120
/** Steps until the seeds of one more row are known: most are when all rows have arrived. */
const SEED_STEPS = 3
/** Titles published by others, by number. */
const TITLES = 400
const ANSWERS = 20
/** Number of best rows whose seeds the node counts automatically. */
const COUNTED = 20

interface SimulatedSearch {
  readonly id: string
  readonly text: string
  readonly isOff: boolean
  /** Rows of others still to arrive. */
  readonly coming: SearchRow[]
  /** Rows that have arrived, with the revision of their last change. */
  readonly rows: Map<string, { row: SearchRow; revision: number }>
  /** Rows whose seeds were counted, or are to be. */
  readonly asked: Set<string>
  readonly waiting: string[]
  revision: number
  steps: number
  isDone: boolean
  isPassing: boolean
}

/**
 * Searches that find the node's own rows at once, and those of others one by one. Nothing is
 * published with the word `nothing`.
 */
export function networkSearch(state: SimulatedState): Implemented<typeof NETWORK_SEARCH> {
  const searches = new Map<string, SimulatedSearch>()
  const pass = async (search: SimulatedSearch) => {
    if (search.isPassing) return
    search.isPassing = true
    while (!search.isDone || search.waiting.length > 0) {
      await state.clock.wait(STEP_MS)
      if (!searches.has(search.id)) return
      tell(search, state, () => step(search, state))
    }
    search.isPassing = false
  }
  // Like a real node, hides entries of blocked publishers in open searches, too.
  let blocked = new Set(state.blocked.keys())
  state.on(({ type }) => {
    if (type !== 'people') return
    const before = blocked
    blocked = new Set(state.blocked.keys())
    const isChanged = (did: string) => before.has(did) !== blocked.has(did)
    for (const search of searches.values())
      tell(search, state, () => {
        for (const { row } of search.rows.values())
          if (row.publisher && isChanged(row.publisher.did)) change(search, row)
      })
  })
  return {
    async startSearch(input) {
      const isOff = !state.settings.shoal.enabled
      const search: SimulatedSearch = {
        ...{ id: state.nextId('search'), text: input.text, isOff, revision: 1, steps: 0, isDone: isOff },
        ...{ coming: isOff ? [] : rowsOfOthers(state, input), isPassing: false },
        rows: new Map(ownRows(state, input).map(row => [row.id, { row, revision: 1 }])),
        ...{ asked: new Set(), waiting: [] },
      }
      searches.set(search.id, search)
      void pass(search)
      return progressOf(search, 0, state)
    },
    readSearch: async ({ id, since }) => progressOf(found(searches, id, 'search'), since, state),
    async probeSearch({ id, rows }) {
      const search = found(searches, id, 'search')
      tell(search, state, () => count(search, rows))
      void pass(search)
      return {}
    },
    async endSearch({ id }) {
      searches.delete(id)
      return {}
    },
  }
}

/** Changes a search, and sends the changes. */
function tell(search: SimulatedSearch, state: SimulatedState, work: () => void): void {
  const after = search.revision
  search.revision++
  work()
  state.emit({ type: 'search', after, ...progressOf(search, after, state) })
}

function change(search: SimulatedSearch, row: SearchRow): void {
  search.rows.set(row.id, { row, revision: search.revision })
}

function count(search: SimulatedSearch, ids: readonly string[]): void {
  for (const id of ids) {
    const row = search.rows.get(id)?.row
    if (!row?.publisher || search.asked.has(id)) continue
    search.asked.add(id)
    search.waiting.push(id)
    change(search, { ...row, counting: true })
  }
}

/** The next row arrives, and from time to time the seeds of one are known. */
function step(search: SimulatedSearch, state: SimulatedState): void {
  search.steps++
  const isCounted = search.steps % SEED_STEPS === 0
  const counted = isCounted && search.rows.get(search.waiting.shift() ?? '')?.row
  if (counted) change(search, { ...counted, seeds: seedsOf(counted.id), counting: false })
  const next = search.coming.shift()
  if (next) change(search, next)
  else search.isDone = true
  count(search, orderOf(search, state).slice(0, COUNTED))
}

function isHidden({ publisher }: SearchRow, state: SimulatedState): boolean {
  return publisher !== null && state.blocked.has(publisher.did)
}

function orderOf(search: SimulatedSearch, state: SimulatedState): string[] {
  return [...search.rows.values()]
    .map(({ row }) => row)
    .filter(row => !isHidden(row, state))
    .sort((a, b) => Number(b.confirmed) - Number(a.confirmed) || scoreOf(b) - scoreOf(a))
    .map(({ id }) => id)
}

function progressOf(search: SimulatedSearch, since: number, state: SimulatedState): SearchProgress {
  const { id, text, isOff, isDone, revision, steps } = search
  const rows = [...search.rows.values()]
  return {
    ...{ id, text, revision, done: isDone },
    network: {
      state: isOff ? 'unavailable' : isDone ? 'done' : 'searching',
      reason: isOff ? 'off' : null,
      problem: isOff ? 'The Shoal network is off (shoal.enabled in the settings).' : null,
      ...{ answers: isOff ? 0 : isDone ? ANSWERS : Math.min(ANSWERS, 1 + steps), answersWanted: ANSWERS },
      ...{ partial: false, hidden: rows.filter(({ row }) => isHidden(row, state)).length },
    },
    order: orderOf(search, state),
    rows: rows
      .filter(each => each.revision > since && !isHidden(each.row, state))
      .map(({ row }) => structuredClone(row)),
  }
}

/** Seeds count as much as in a real node, so that rows change places. */
function scoreOf({ match, seeds }: SearchRow): number {
  return seeds === null ? match : match + 0.1 * Math.log10(1 + seeds)
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
      ...{ confirmed: true, seeds: null, counting: false, torrent, hits: hits.slice(0, 3) },
    }
  })
}

function rowsOfOthers(state: SimulatedState, input: CheckedInputOf<'startSearch'>): SearchRow[] {
  const said = (text: string | null) => (text === null ? null : state.says(text))
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
      // The same words find the same torrents, regardless of case.
      const random = new Random(seedOf(name.toLowerCase()))
      const hash = random.hex(40)
      const bytes = files.reduce((sum, file) => sum + file.lengthBytes, 0)
      return {
        ...{ id: `baf5rcf${hash}`, title: state.says(name), link: state.says(`magnet:?xt=urn:btih:${hash}`) },
        tags: tags.map(state.says),
        totalBytes: bytes || random.integer(1e6, 5e9),
        ...{
          fileCount: files.length || 1,
          files: files.slice(0, 5).map(file => ({ ...file, path: state.says(file.path) })),
        },
        ...{ license: said(random.pick(['CC-BY-4.0', 'CC0-1.0', null])) },
        ...{ language: said(random.pick(['en', 'de', null])) },
        publishedMs: state.startedMs - random.integer(0, 300) * 86_400_000,
        publisher: {
          // No digit 0, which base 58 lacks.
          did: `did:key:z6Mk${random.hex(40).replaceAll('0', 'z')}`,
          ...{ own: false, contact: false, name: null, trust: random.pick([0, 0, 0, 0.5]) },
        },
        ...{ alsoPublishedBy: random.pick([0, 0, 3]), match: 1 / (1 + at / 20) },
        ...{ confirmed: at < names.length - 1, seeds: null, counting: false },
        ...{ torrent: null, hits: [] },
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
