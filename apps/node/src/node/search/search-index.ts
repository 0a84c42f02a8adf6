/**
 * The full-text index: FTS5 over names, paths and the text inside documents, in a file of its own.
 * It can be rebuilt from the catalogue and the files, so a damaged one is replaced.
 *
 * Contentless: FTS5 stores words and positions only. Names and paths are in the catalogue already.
 * The text of documents is kept with it, compressed, in blocks: snippets come from there, since
 * extracting a PDF again takes seconds and the file may be gone or changed.
 */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { createPrivate, databaseFailure, isDamage } from '@shoal/daemon/database'
import { toIndexed } from '@shoal/network/words'
import { kindWord, wordPrefixes } from '../../base/parse-query.ts'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { EntryIds, RANGES_SCHEMA } from './entry-ids.ts'
import { findHits, type Hits, type SearchRequest } from './find-hits.ts'
import { packText, unpackBlock } from './text-blocks.ts'

export interface IndexedEntry {
  readonly torrentId: number
  /** Null: the torrent itself. */
  readonly file: number | null
  readonly name: string
  readonly path: string
  readonly kind: string
  /** Absent: the stored text is kept. Empty: there is no text. */
  readonly text?: string
}

/** Also changes when the tokenization of texts changes: the index is then rebuilt. */
const VERSION = 2
const SCHEMA = `
  CREATE VIRTUAL TABLE entries USING fts5(name, path, text, kind, begin, content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2');
  CREATE TABLE texts (id INTEGER NOT NULL, block INTEGER NOT NULL, packed BLOB NOT NULL, PRIMARY KEY (id, block))
    WITHOUT ROWID;
  CREATE TABLE generation (uuid TEXT NOT NULL);
  ${RANGES_SCHEMA}
`
/** Entries deleted in one transaction. */
const DELETE_AT_ONCE = 5000
/** Pages written per merge step. */
const MERGE_PAGES = 500
const MAX_MERGE_STEPS = 400

/** Errors have the codes of `Database`. */
export class SearchIndex {
  /** Changes when the file is recreated: everything must be indexed again. */
  readonly generation: string
  readonly #path: string
  readonly #sqlite: DatabaseSync
  readonly #ids: EntryIds
  readonly #queries = new Map<string, StatementSync>()

  private constructor(path: string, sqlite: DatabaseSync) {
    this.#path = path
    this.#sqlite = sqlite
    const row = sqlite.prepare('SELECT uuid FROM generation').get() as { uuid: string }
    this.generation = row.uuid
    this.#ids = new EntryIds(sqlite)
  }

  /** Opens it for changes. Creates a new one if there is none or it cannot be used. */
  static open(path: string): SearchIndex {
    try {
      return SearchIndex.#open(path)
    } catch (error) {
      if (!isDamage(error) && (error as { code?: unknown }).code !== 'newer-version') throw error
      for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true })
      return SearchIndex.#open(path)
    }
  }

  /** Opens it for searching, next to a connection that changes it. */
  static openToRead(path: string): SearchIndex {
    return explained(path, () => {
      const sqlite = new DatabaseSync(path, { timeout: 1000, readOnly: true })
      sqlite.exec('PRAGMA cache_size = -16000')
      return new SearchIndex(path, sqlite)
    })
  }

  static #open(path: string): SearchIndex {
    let sqlite: DatabaseSync | undefined
    try {
      // The text of documents is private.
      createPrivate(path)
      sqlite = new DatabaseSync(path, { timeout: 1000 })
      // FULL: the queue deletes tasks that were indexed. The latency of this thread does not
      // matter.
      sqlite.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000')
      sqlite.exec(`PRAGMA journal_size_limit = ${16 << 20}`)
      prepareTables(sqlite)
      return new SearchIndex(path, sqlite)
    } catch (error) {
      if (sqlite?.isOpen) sqlite.close()
      throw databaseFailure(error, path, CATALOGUE)
    }
  }

  /**
   * Reserves ids for a torrent with file indexes below `files`. If it had fewer, its earlier
   * entries are dropped.
   */
  reserve(torrentId: number, files: number): void {
    const range = this.#explain(() => this.#ids.rangeOf(torrentId))
    if (range && range.end - range.first > files) return
    this.remove(torrentId)
    this.#transaction(() => this.#ids.allocate(torrentId, files))
  }

  /**
   * Adds entries or replaces those of the same file, in one transaction. Skips entries without a
   * reserved id.
   */
  put(entries: readonly IndexedEntry[]): void {
    this.#transaction(() => {
      for (const entry of entries) this.#put(entry)
    })
  }

  /** Deletes all entries of a torrent. */
  remove(torrentId: number): void {
    const range = this.#explain(() => this.#ids.rangeOf(torrentId))
    if (!range) return
    const select = this.#query('SELECT id FROM entries_docsize WHERE id >= ? AND id < ? ORDER BY id LIMIT ?')
    for (;;) {
      const ids = this.#explain(() => select.all(range.first, range.end, DELETE_AT_ONCE) as { id: number }[])
      this.#transaction(() => {
        for (const { id } of ids) {
          this.#query('DELETE FROM entries WHERE rowid = ?').run(id)
          this.#query('DELETE FROM texts WHERE id = ?').run(id)
        }
        if (ids.length < DELETE_AT_ONCE) this.#ids.free(torrentId)
      })
      if (ids.length < DELETE_AT_ONCE) return
    }
  }

  /** Fully merges the index after many changes, which makes it smallest and fastest. */
  tidy(): void {
    // The negative number starts a merge, positive ones continue it
    // (https://sqlite.org/fts5.html#the_merge_command).
    const step = this.#query("INSERT INTO entries (entries, rank) VALUES ('merge', ?)")
    const changes = () => (this.#query('SELECT total_changes() AS n').get() as { n: number }).n
    for (let i = 0; i < MAX_MERGE_STEPS; i++) {
      const before = changes()
      this.#explain(() => step.run(i === 0 ? -MERGE_PAGES : MERGE_PAGES))
      if (changes() - before < 2) break
    }
    this.#explain(() => this.#sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)'))
  }

  search(request: SearchRequest): Hits {
    return this.#explain(() =>
      findHits(request, {
        rows: (sql, ...values) => this.#query(sql).all(...values) as never,
        block: (id, block) => this.#block(id, block),
        holderOf: id => this.#ids.holderOf(id),
      }),
    )
  }

  /** Returns the number of entries, and of those with text. */
  count(): { readonly entries: number; readonly texts: number } {
    const count = (sql: string) => (this.#query(sql).get() as { n: number }).n
    return this.#explain(() => ({
      entries: count('SELECT count(*) AS n FROM entries_docsize'),
      texts: count('SELECT count(*) AS n FROM texts WHERE block = 0'),
    }))
  }

  close(): void {
    if (this.#sqlite.isOpen) this.#sqlite.close()
  }

  #put({ torrentId, file, name, path, kind, text }: IndexedEntry): void {
    const id = this.#ids.idOf(torrentId, file)
    if (id === null) return
    if (text !== undefined) this.#keepText(id, text)
    const full = text ?? this.#wholeText(id)
    this.#query('DELETE FROM entries WHERE rowid = ?').run(id)
    this.#query('INSERT INTO entries (rowid, name, path, text, kind, begin) VALUES (?, ?, ?, ?, ?, ?)').run(
      id,
      toIndexed(name),
      toIndexed(path),
      toIndexed(full),
      kindWord(kind),
      wordPrefixes(`${name} ${path}`),
    )
  }

  #keepText(id: number, text: string): void {
    this.#query('DELETE FROM texts WHERE id = ?').run(id)
    packText(text).forEach((packed, block) => {
      this.#query('INSERT INTO texts VALUES (?, ?, ?)').run(id, block, packed)
    })
  }

  #wholeText(id: number): string {
    let text = ''
    for (let block = 0; ; block++) {
      const next = this.#block(id, block)
      if (next === null) return text
      text += next
    }
  }

  #block(id: number, block: number): string | null {
    const row = this.#query('SELECT packed FROM texts WHERE id = ? AND block = ?').get(id, block)
    return row ? unpackBlock(row.packed as Uint8Array) : null
  }

  #query(sql: string): StatementSync {
    const known = this.#queries.get(sql)
    if (known) return known
    const query = this.#explain(() => this.#sqlite.prepare(sql))
    this.#queries.set(sql, query)
    return query
  }

  #transaction(work: () => void): void {
    this.#explain(() => {
      this.#sqlite.exec('BEGIN IMMEDIATE')
      try {
        work()
        this.#sqlite.exec('COMMIT')
      } finally {
        if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      }
    })
  }

  #explain<T>(work: () => T): T {
    return explained(this.#path, work)
  }
}

function prepareTables(sqlite: DatabaseSync): void {
  sqlite.exec('BEGIN IMMEDIATE')
  const version = Object.values(sqlite.prepare('PRAGMA user_version').get() ?? {})[0]
  if (version === 0) {
    sqlite.exec(SCHEMA)
    sqlite.prepare('INSERT INTO generation VALUES (?)').run(randomUUID())
    sqlite.exec(`PRAGMA user_version = ${VERSION}`)
  } else if (version !== VERSION)
    throw Object.assign(new Error('the search index has another version'), { code: 'newer-version' })
  sqlite.exec('COMMIT')
}

function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw databaseFailure(error, path, CATALOGUE)
  }
}
