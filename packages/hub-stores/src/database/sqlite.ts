/**
 * SQLite for a hub on one machine, in WAL mode: several processes may have the file open.
 *
 * With `synchronous = NORMAL` a commit does not wait for the disk, which would stop everything else in the process. An `fdatasync` of the log in another thread
 * follows, and only then does `write` resolve. What is asked meanwhile shares the next commit.
 */
import { chmodSync, closeSync, openSync } from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../store-error.ts'
import {
  closedError,
  type Database,
  type PerDatabase,
  type Query,
  type Steps,
  type TableScan,
  type Value,
} from './database.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { MIGRATIONS, type Migration } from './schema.ts'

/** How long a write waits for those of other processes. */
const BUSY_MS = 10_000
const BUSY_PAUSE_MS = 5
/** How long a statement waits, which stops the process. Only the recovery after a crash locks readers out. */
const STATEMENT_BUSY_MS = 250
const LOG_LIMIT_BYTES = 64 << 20
/** Most transactions in one commit. */
const MAX_GROUP = 1000
/** Most transactions that wait. */
const MAX_WAITING = 20_000
const ROWS_AT_ONCE = 500

interface Waiting {
  readonly transaction: () => Steps<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  result?: unknown
}

export class SqliteDatabase implements Database {
  readonly path: string
  readonly #sqlite: DatabaseSync
  readonly #log: FileHandle
  readonly #statements = new Map<string, StatementSync>()
  #waiting: Waiting[] = []
  #running: Promise<void> | null = null
  #closed = false

  private constructor(path: string, sqlite: DatabaseSync, log: FileHandle) {
    this.path = path
    this.#sqlite = sqlite
    this.#log = log
  }

  /**
   * Opens or creates the file, readable by its owner only, and brings its tables up to date, after a backup next to it. Its folder must exist. Rejects with
   * `newer-version`, `damaged`, `no-space`, `io`.
   */
  static async open(path: string, migrations: readonly Migration[] = MIGRATIONS): Promise<SqliteDatabase> {
    let sqlite: DatabaseSync | undefined
    try {
      createPrivate(path)
      sqlite = new DatabaseSync(path, { timeout: STATEMENT_BUSY_MS })
      sqlite.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA trusted_schema = OFF;
        PRAGMA cache_size = -16000;
        PRAGMA temp_store = MEMORY;
        PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES};
      `)
      await migrateSqlite(sqlite, path, migrations)
      sqlite.exec('PRAGMA synchronous = NORMAL')
      return new SqliteDatabase(path, sqlite, await openFile(`${path}-wal`, 'r+'))
    } catch (error) {
      if (sqlite?.isOpen) sqlite.close()
      throw explain(error, path)
    }
  }

  write<T>(transaction: () => Steps<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) throw closedError()
      if (this.#waiting.length >= MAX_WAITING)
        throw new StoreError('busy', 'The disk is too slow for what is asked: try again later')
      this.#waiting.push({ transaction, resolve: resolve as (value: unknown) => void, reject })
      this.#running ??= this.#run()
    })
  }

  async read<T>(statements: () => Steps<T>): Promise<T> {
    if (this.#closed) throw closedError()
    try {
      return this.#drive(statements())
    } catch (error) {
      throw explain(error, this.path)
    }
  }

  async *snapshot(tables: readonly TableScan[]): ReturnType<Database['snapshot']> {
    if (this.#closed) throw closedError()
    const sqlite = new DatabaseSync(this.path, { readOnly: true, timeout: BUSY_MS })
    try {
      sqlite.exec('BEGIN')
      for (const { table, order } of tables) {
        let rows: object[] = []
        for (const row of sqlite.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate()) {
          rows.push(row)
          if (rows.length < ROWS_AT_ONCE) continue
          yield { table, rows }
          rows = []
        }
        if (rows.length > 0) yield { table, rows }
      }
    } catch (error) {
      throw explain(error, this.path)
    } finally {
      sqlite.close()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    while (this.#running) await this.#running
    await this.#log.close()
    this.#statements.clear()
    this.#sqlite.close()
  }

  async #run(): Promise<void> {
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, MAX_GROUP))
    this.#running = null
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#begin()
      const done = this.#workAll(group)
      this.#sqlite.exec('COMMIT')
      await this.#log.datasync()
      for (const each of done) each.resolve(each.result)
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      const explained = explain(error, this.path)
      for (const each of group) each.reject(explained)
    }
  }

  async #begin(): Promise<void> {
    const deadline = performance.now() + BUSY_MS
    for (;;)
      try {
        this.#sqlite.exec('BEGIN IMMEDIATE')
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error
        await sleep(BUSY_PAUSE_MS * (1 + Math.random()))
      }
  }

  /** Returns those that are done. The others are rejected, unless the whole transaction has failed. */
  #workAll(group: readonly Waiting[]): Waiting[] {
    const failed: { readonly each: Waiting; readonly error: unknown }[] = []
    const done: Waiting[] = []
    for (const each of group) {
      this.#sqlite.exec('SAVEPOINT part')
      try {
        each.result = this.#drive(each.transaction())
        this.#sqlite.exec('RELEASE part')
        done.push(each)
      } catch (error) {
        if (!this.#sqlite.isTransaction) throw error
        this.#sqlite.exec('ROLLBACK TO part; RELEASE part')
        failed.push({ each, error: explain(error, this.path) })
      }
    }
    for (const { each, error } of failed) each.reject(error)
    return done
  }

  #drive<T>(steps: Steps<T>): T {
    let step = steps.next()
    while (!step.done) step = steps.next(this.#rowsOf(step.value))
    return step.value
  }

  #rowsOf(query: Query): object[] {
    if ('text' in query) return this.#prepare(sqliteText(query.text)).all(...bindable(query.values))
    const statement = this.#prepare(query.each.sqlite)
    return query.rows.flatMap(values => statement.all(...bindable(values)))
  }

  #prepare(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known) return known
    const statement = this.#sqlite.prepare(text.replace(/\$(\d+)/g, '?$1').replace(/ FOR UPDATE\b/, ''))
    this.#statements.set(text, statement)
    return statement
  }
}

/** Makes sure that the file exists and is its owner's only. SQLite gives its other files the permissions of this one. */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    // Not opened: to close it again would drop the locks that SQLite has on it in this process (POSIX).
    chmodSync(path, 0o600)
  }
}

function sqliteText(text: string | PerDatabase): string {
  return typeof text === 'string' ? text : text.sqlite
}

function bindable(values: readonly Value[]): SQLInputValue[] {
  return values as SQLInputValue[]
}

function isBusy(error: unknown): boolean {
  return primaryCode(error) === 5
}

/** The low byte of SQLite's code; the rest says more about it. */
function primaryCode(error: unknown): number {
  return ((error as { errcode?: number })?.errcode ?? 0) & 0xff
}

function explain(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error
  const { code } = error as { code?: string }
  const failure = (kind: 'busy' | 'damaged' | 'no-space' | 'io', what: string) =>
    new StoreError(kind, `${path}: ${what}`, { cause: error })
  if (code === 'ENOSPC') return failure('no-space', 'the disk is full: free some space')
  if (code === 'ERR_SQLITE_ERROR')
    switch (primaryCode(error)) {
      case 5:
        return failure('busy', 'another process writes: try again later')
      case 11:
      case 26:
        return failure('damaged', 'it is damaged: stop the hub and restore a backup')
      case 13:
        return failure('no-space', 'the disk is full: free some space')
      case 8:
      case 10:
      case 14:
        return failure('io', 'it cannot be read or written: check the disk, its permissions and its folder')
    }
  return typeof code === 'string' && /^E[A-Z]+$/.test(code)
    ? failure('io', 'it cannot be read or written: check the disk, its permissions and its folder')
    : error
}
