/**
 * Full-text search of a node: 100,000 files by name and path, 2,000 of them documents with text,
 * with realistic queries. The rival is a search without an index: SQLite's LIKE over the same rows.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseQuery } from '../apps/node/src/base/parse-query.ts'
import { type IndexedEntry, SearchIndex } from '../apps/node/src/node/search/search-index.ts'
import { seededRandom } from '../packages/torrent/src/base/random.ts'
import type { BenchOptions, Section } from './bench.ts'
import { against, medianOf, percentile } from './statistics.ts'

const FILES = 100_000
const FILES_PER_TORRENT = 20
/** One file in this many is a document. */
const DOCUMENT_EVERY = 50
const WORDS_PER_DOCUMENT = 3000
const WORDS = 30_000
const PER_BATCH = 2000
const QUERIES = 1000
/** Fewer queries for the rival, which is slow. */
const RIVAL_QUERIES = 30
const KINDS = [
  ['mkv', 'video'],
  ['mp3', 'audio'],
  ['jpg', 'picture'],
  ['zip', 'archive'],
] as const

interface SearchRun {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly slowestMs: number
  readonly rivalP50Ms: number
  readonly rivalP95Ms: number
  readonly nameBytesPerFile: number
  readonly bytesPerFileBeyondText: number
  readonly buildSeconds: number
  readonly hits: number
}

export async function run({ quick, runs, log }: BenchOptions): Promise<Section[]> {
  const scale = quick ? 0.02 : 1
  const measured: SearchRun[] = []
  for (let round = 0; round < runs; round++) {
    log(`search: ${round + 1} of ${runs}`)
    measured.push(measure(Math.round(FILES * scale), Math.round(QUERIES * scale), round + 1))
  }
  const of = (quantity: (run: SearchRun) => number) => medianOf(measured, quantity)
  const p95 = of(each => each.p95Ms)
  const bytes = of(each => Math.max(each.nameBytesPerFile, each.bytesPerFileBeyondText))
  return [
    {
      title: `Search: ${FILES} files, ${FILES / DOCUMENT_EVERY} documents of ${WORDS_PER_DOCUMENT} words`,
      columns: [
        '',
        'median',
        '95th percentile',
        'ratio',
        'slowest',
        'bytes per file, names',
        'bytes per file, beyond the text',
        'time to build',
      ],
      rows: [
        [
          'Shoal (FTS5)',
          `${of(each => each.p50Ms).toFixed(2)} ms`,
          `${p95.toFixed(2)} ms`,
          `${of(each => each.rivalP95Ms / each.p95Ms).toFixed(1)} x`,
          `${of(each => each.slowestMs).toFixed(1)} ms`,
          of(each => each.nameBytesPerFile).toFixed(0),
          of(each => each.bytesPerFileBeyondText).toFixed(0),
          `${of(each => each.buildSeconds).toFixed(1)} s`,
        ],
        [
          'SQLite LIKE',
          `${of(each => each.rivalP50Ms).toFixed(1)} ms`,
          `${of(each => each.rivalP95Ms).toFixed(1)} ms`,
          '',
          '',
          '',
          '',
          '',
        ],
      ],
      goals: [
        against('Search, 95th percentile', p95, 50, 'most', ' ms'),
        against('Index beyond the text, bytes per file', bytes, 500, 'most', ' B'),
      ],
      runs: { search: measured },
    },
  ]
}

function measure(files: number, queries: number, seed: number): SearchRun {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-bench-search-'))
  const path = join(folder, 'search.db')
  const library = new Library(seed)
  const index = SearchIndex.open(path)
  const rival = new Rival()
  for (let torrent = 1; torrent <= files / FILES_PER_TORRENT; torrent++)
    index.reserve(torrent, FILES_PER_TORRENT)
  try {
    const begin = performance.now()
    putAll(index, files, number => library.entry(number, false))
    const nameBytes = statSync(path).size
    let textBytes = 0
    putAll(index, files / DOCUMENT_EVERY, number => {
      const entry = library.entry(number * DOCUMENT_EVERY, true)
      textBytes += Buffer.byteLength(entry.text!)
      return entry
    })
    const wholeBytes = statSync(path).size
    const buildSeconds = (performance.now() - begin) / 1000
    for (let number = 0; number < files; number++)
      rival.put(library.entry(number, number % DOCUMENT_EVERY === 0))
    const typed = Array.from({ length: queries }, () => library.query())
    let hits = 0
    const ours = typed.map(text =>
      timed(() => (hits += index.search({ text, kinds: [], limit: 20, offset: 0 }).hits.length)),
    )
    const theirs = typed.slice(0, RIVAL_QUERIES).map(text => timed(() => rival.search(text)))
    return {
      p50Ms: percentile(ours, 0.5),
      p95Ms: percentile(ours, 0.95),
      slowestMs: percentile(ours, 1),
      rivalP50Ms: percentile(theirs, 0.5),
      rivalP95Ms: percentile(theirs, 0.95),
      nameBytesPerFile: nameBytes / files,
      bytesPerFileBeyondText: (wholeBytes - textBytes) / files,
      buildSeconds,
      hits,
    }
  } finally {
    index.close()
    rival.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function putAll(index: SearchIndex, count: number, entry: (number: number) => IndexedEntry): void {
  for (let from = 0; from < count; from += PER_BATCH) {
    const length = Math.min(PER_BATCH, count - from)
    index.put(Array.from({ length }, (_, i) => entry(from + i)))
  }
  index.tidy()
}

/** Generates realistic names and texts: a few words are very common, most are rare. */
class Library {
  readonly #random
  readonly #seed: number
  readonly #words: string[] = []

  constructor(seed: number) {
    this.#seed = seed
    this.#random = seededRandom(seed)
    const syllables = 'ka to mi ra lo ne su vi da pe ro li na co te ba ri mo se fu sh an el or'.split(' ')
    const seen = new Set<string>()
    while (seen.size < WORDS) {
      const length = 1 + this.#random.below(4)
      seen.add(Array.from({ length }, () => syllables[this.#random.below(syllables.length)]!).join(''))
      if (seen.size > 300 && seen.size % 7 === 0) seen.add(`${seen.size}`)
    }
    this.#words = [...seen]
  }

  /** Returns the same result for the same number. */
  entry(number: number, withText: boolean): IndexedEntry {
    const random = seededRandom(this.#seed * 1_000_003 + number)
    const torrent = Math.floor(number / FILES_PER_TORRENT)
    const isDocument = number % DOCUMENT_EVERY === 0
    const [ending, kind] = isDocument ? ['txt', 'document'] : KINDS[number % KINDS.length]!
    const title = seededRandom(torrent)
    const words = (count: number, source = random) => Array.from({ length: count }, () => this.#word(source))
    const text = withText ? { text: words(WORDS_PER_DOCUMENT).join(' ') } : {}
    return {
      torrentId: torrent + 1,
      file: number % FILES_PER_TORRENT,
      name: `${words(3).join('.')}-${number % FILES_PER_TORRENT}.${ending}`,
      path: `${words(3, title).join(' ')} ${1950 + (torrent % 75)}/${words(1, title)}`,
      kind,
      ...text,
    }
  }

  /** Returns an incomplete word, several words, a phrase or an exclusion. */
  query(): string {
    const word = () => this.#word(this.#random)
    const begun = () => word().slice(0, 1 + this.#random.below(6))
    switch (this.#random.below(6)) {
      case 0:
        return begun()
      case 1:
        return word()
      case 2:
        return `${word()} ${begun()}`
      case 3:
        return `"${word()} ${word()}"`
      case 4:
        return `${word()} -${word()}`
      default:
        return `${word()} ${word()} ${begun()}`
    }
  }

  #word(random: { below(limit: number): number }): string {
    const share = random.below(1_000_000) / 1_000_000
    return this.#words[Math.floor(share ** 3 * this.#words.length)]!
  }
}

/** The same rows in a plain table in memory, without disk access. */
class Rival {
  readonly #sqlite = new DatabaseSync(':memory:')
  readonly #insert

  constructor() {
    this.#sqlite.exec('CREATE TABLE entries (name TEXT, path TEXT, text TEXT)')
    this.#insert = this.#sqlite.prepare('INSERT INTO entries VALUES (?, ?, ?)')
  }

  put({ name, path, text = '' }: IndexedEntry): void {
    this.#insert.run(name, path, text)
  }

  search(typed: string): void {
    const { wanted, unwanted } = parseQuery(typed)
    const has = "name || ' ' || path || ' ' || text LIKE ?"
    const where = [...wanted.map(() => has), ...unwanted.map(() => `NOT (${has})`)].join(' AND ')
    const values = [...wanted, ...unwanted].map(({ text }) => `%${text}%`)
    // All matches are needed to find the best ones.
    this.#sqlite.prepare(`SELECT count(*) FROM entries WHERE ${where || '0'}`).all(...values)
  }

  close(): void {
    this.#sqlite.close()
  }
}

function timed(work: () => unknown): number {
  const begin = performance.now()
  work()
  return performance.now() - begin
}
