/**
 * Search of a hub's listings, through its stores: words follow Zipf's law, so a few are in most
 * listings, and realistic queries use the same frequencies. Listings are loaded in bulk and indexed
 * afterwards, since a million individual inserts would take too long.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { tempDir } from '../interop/support/files.ts'
import { PostgresServer } from '../interop/support/postgres.ts'
import { which } from '../interop/support/tools.ts'
import { cpuSeconds, ownUsage } from '../interop/support/usage.ts'
import { listingWords } from '../packages/hub-stores/src/listings/words.ts'
import {
  openFileStores,
  openServerStores,
  type TestStores,
} from '../packages/hub-stores/src/testing/stores.ts'
import { seededRandom } from '../packages/torrent/src/base/random.ts'
import type { BenchOptions, Section } from './bench.ts'
import { against, percentile } from './statistics.ts'

const QUERIES = 300
const WORDS = 100_000
const [TITLE_WORDS, DESCRIPTION_WORDS] = [5, 30] as const
const CATEGORIES = ['books', 'films', 'games', 'music', 'pictures', 'programs', 'series', 'other']
const LISTING_COLUMNS =
  'number, id, author, title, link, category, tags, description, size, files, created_ms, changed_ms, comments, thumbnails'
/** Number of listings written to PostgreSQL at once. */
const PER_WRITE = 1000
const GOAL_MS = 50

interface Loaded extends AsyncDisposable {
  readonly stores: TestStores
  /** CPU milliseconds so far, including the database's. */
  cpuMs(): number
}

interface Asked {
  readonly elapsedMs: number
  readonly cpuMs: number
  readonly found: number
}

export async function run(options: BenchOptions): Promise<Section[]> {
  const scale = options.quick ? 0.01 : 1
  const contestants = {
    PostgreSQL: { count: 1_000_000 * scale, load: loadPostgres },
    SQLite: { count: 100_000 * scale, load: loadSqlite },
  }
  const rows: string[][] = []
  const goals: Section['goals'][number][] = []
  const runs: Record<string, readonly Asked[]> = {}
  for (const [name, { count, load }] of Object.entries(contestants)) {
    options.log(`${name}: ${count} listings`)
    let asked: readonly Asked[]
    try {
      asked = await measure(load, count, options)
    } catch (error) {
      rows.push([name, `failed: ${(error as Error).message}`, '', '', '', '', '', ''])
      goals.push(against(`Search, 95 %, ${name}`, Number.NaN, GOAL_MS, 'most', ' ms'))
      continue
    }
    const of = (quantity: (each: Asked) => number, share: number) => percentile(asked.map(quantity), share)
    const shown = (quantity: (each: Asked) => number) =>
      [0.5, 0.95, 1].map(share => `${of(quantity, share).toFixed(1)} ms`)
    const empty = asked.filter(({ found }) => found === 0).length
    rows.push([
      ...[name, `${count}`, ...shown(each => each.elapsedMs), ...shown(each => each.cpuMs)],
      `${((100 * empty) / asked.length).toFixed(0)} %`,
    ])
    goals.push(
      against(
        `Search, 95 %, ${name}`,
        of(each => each.elapsedMs, 0.95),
        GOAL_MS,
        'most',
        ' ms',
      ),
      against(
        `Search, 95 %, ${name}, processor time`,
        of(each => each.cpuMs, 0.95),
        GOAL_MS,
        'most',
        ' ms',
      ),
    )
    runs[name] = asked
  }
  return [
    {
      title: `Hub: search of listings, ${QUERIES} queries in each run`,
      columns: [
        ...['', 'listings', 'median', '95 %', 'slowest'],
        ...['processor time, median', '95 %', 'most', 'found nothing'],
      ],
      rows,
      goals,
      runs,
    },
  ]
}

async function measure(
  load: (count: number) => Promise<Loaded>,
  count: number,
  { runs, quick, log }: BenchOptions,
): Promise<Asked[]> {
  await using loaded = await load(count)
  log('  loaded')
  const asked: Asked[] = []
  for (let round = 1; round <= runs; round++) {
    const texts = new Texts(round)
    for (let at = 0; at < (quick ? QUERIES / 10 : QUERIES); at++) {
      const query = texts.query()
      const [cpuMs, startMs] = [loaded.cpuMs(), performance.now()]
      const found = (await loaded.stores.listings.search(query)).length
      const elapsedMs = performance.now() - startMs
      asked.push({ elapsedMs, cpuMs: loaded.cpuMs() - cpuMs, found })
    }
  }
  return asked
}

async function loadSqlite(count: number): Promise<Loaded> {
  await using opening = new AsyncDisposableStack()
  const folder = opening.use(await tempDir('bench-hub-search'))
  const path = folder.join('hub.db')
  await (await openFileStores(path)).close()
  using database = new DatabaseSync(path)
  const names = LISTING_COLUMNS.split(',')
  const listing = database.prepare(
    `INSERT INTO listings (${LISTING_COLUMNS}) VALUES (${names.map(() => '?').join(', ')})`,
  )
  const words = database.prepare('INSERT INTO listing_words (rowid, words) VALUES (?, ?)')
  database.exec('BEGIN')
  for (const each of listings(count)) {
    listing.run(...each.values)
    words.run(each.number, each.words.join(' '))
  }
  database.exec('COMMIT')
  const stores = opening.use(await openFileStores(path))
  const opened = opening.move()
  return {
    stores,
    cpuMs: () => 1000 * cpuSeconds(ownUsage()),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function loadPostgres(count: number): Promise<Loaded> {
  await using opening = new AsyncDisposableStack()
  const server = opening.use(await PostgresServer.start())
  const stores = opening.use(await openServerStores({ url: server.url, connections: 1 }))
  const index = await server.query(`SELECT pg_get_indexdef('shoal.listing_words_by_word'::regclass)`)
  await server.query('DROP INDEX shoal.listing_words_by_word')
  await copy(server, count, {
    [`listings (${LISTING_COLUMNS})`]: ({ values }) => values.join('\t'),
    'listing_words (number, words)': ({ number, words }) =>
      `${number}\t${words.map(word => `'${word}'`).join(' ')}`,
  })
  await server.query(`SET maintenance_work_mem = '512MB'; ${index}`)
  await server.query('VACUUM ANALYZE shoal.listings')
  await server.query('VACUUM ANALYZE shoal.listing_words')
  await server.query('CHECKPOINT')
  const opened = opening.move()
  return {
    stores,
    cpuMs: () => 1000 * (cpuSeconds(ownUsage()) + server.cpuSeconds()),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/**
 * Loads tables of the hub by `COPY`, concurrently. The texts contain nothing that would need
 * escaping.
 */
async function copy(
  server: PostgresServer,
  count: number,
  tables: Readonly<Record<string, (listing: BulkListing) => string>>,
): Promise<void> {
  const psql = which('psql')
  if (psql === null) throw new Error('psql is not installed (Debian: apt-get install postgresql)')
  const copies = Object.entries(tables).map(([table, toLine]) => {
    const args = [server.url, '-qc', `COPY shoal.${table} FROM STDIN`]
    const child = spawn(psql, args, { stdio: ['pipe', 'ignore', 'inherit'] })
    // Its exit code gives the reason.
    child.stdin.on('error', () => {})
    return { child, toLine, lines: [] as string[], ended: once(child, 'exit') }
  })
  const flush = () =>
    Promise.all(
      copies.map(async ({ child, lines, ended }) => {
        const isFull = !child.stdin.write(lines.splice(0).join(''))
        if (isFull) await Promise.race([once(child.stdin, 'drain'), ended])
      }),
    )
  for (const listing of listings(count)) {
    for (const { lines, toLine } of copies) lines.push(`${toLine(listing)}\n`)
    if (listing.number % PER_WRITE === 0) await flush()
  }
  await flush()
  for (const { child, ended } of copies) {
    child.stdin.end()
    const [code] = await ended
    if (code !== 0) throw new Error(`psql ended with ${code}`)
  }
}

interface BulkListing {
  readonly number: number
  /** In the order of `LISTING_COLUMNS`. */
  readonly values: readonly (string | number)[]
  readonly words: readonly string[]
}

function* listings(count: number): Generator<BulkListing> {
  const texts = new Texts(0)
  for (let number = 1; number <= count; number++) {
    const [title, description] = [texts.words(TITLE_WORDS), texts.words(DESCRIPTION_WORDS)]
    const [category, tags] = [texts.category(), [texts.words(1)]]
    const link = `magnet:?xt=urn:btih:${number.toString(16).padStart(40, '0')}`
    const about = [`listing-${number}`, `did:key:author${number % 1000}`, title, link, category]
    yield {
      number,
      values: [number, ...about, JSON.stringify(tags), description, number * 1000, 1, number, number, 0, 0],
      words: listingWords([title, description], category, tags),
    }
  }
}

/** Texts of made-up words. The word of rank n is drawn with a probability proportional to 1/n. */
class Texts {
  readonly #random

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  words(count: number): string {
    return Array.from({ length: count }, () => VOCABULARY[this.#rank()]!).join(' ')
  }

  category(): string {
    return CATEGORIES[this.#random.below(CATEGORIES.length)]!
  }

  /** One or two words, or a prefix, sometimes within a category. */
  query(): { readonly text: string; readonly categories?: readonly string[] } {
    const kind = this.#random.below(4)
    const text =
      kind === 0 ? this.words(1).slice(0, 3 + this.#random.below(3)) : `${this.words(kind === 1 ? 2 : 1)} `
    return kind === 3 ? { text, categories: [this.category()] } : { text }
  }

  #rank(): number {
    return Math.floor(WORDS ** (this.#random.below(1 << 30) / (1 << 30))) - 1
  }
}

const VOCABULARY = createVocabulary()

function createVocabulary(): string[] {
  const syllables = 'ka to mi ra lo ne su vi da pe ro li na co te ba mo se fu sh an el or'.split(' ')
  const random = seededRandom(1)
  const found = new Set<string>()
  while (found.size < WORDS)
    found.add(
      Array.from({ length: 2 + random.below(4) }, () => syllables[random.below(syllables.length)]!).join(''),
    )
  return [...found]
}
