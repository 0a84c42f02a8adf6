import { type FileHandle, open as openFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { syncFolder } from './backups.ts'
import { databaseFailure, failureOf, openingFailure } from './database-failure.ts'
import type { DatabaseKind } from './database-kind.ts'
import { createPrivate } from './private-file.ts'

export interface FileOptions {
  /** How long a statement waits for a lock, which blocks the entire process. */
  readonly busyMs: number
  /** `EXCLUSIVE`: no other process can open the file. */
  readonly locking: 'EXCLUSIVE' | 'NORMAL'
  readonly cacheKiB: number
  /** The log is truncated to this size after a large transaction. */
  readonly logLimitBytes: number
  /** Migrates the tables. Until it is done, each commit waits for the disk. */
  bringUpToDate(sqlite: DatabaseSync): Promise<void>
}

/**
 * An open SQLite file and its log. The core of all our databases.
 *
 * WAL with `synchronous = NORMAL`: a commit writes the log and does not wait for the disk, which
 * would block the entire process. Data that has to survive a power cut then waits for `sync`, an
 * `fdatasync` of the log in another thread. A checkpoint syncs the log before it writes to the
 * database, and the database before the log starts over, so the file is consistent at every moment.
 */
export class SqliteFile {
  readonly path: string
  readonly kind: DatabaseKind
  readonly sqlite: DatabaseSync
  readonly #log: FileHandle
  /** Set by the last error that indicates it. */
  isFull = false

  private constructor(path: string, kind: DatabaseKind, sqlite: DatabaseSync, log: FileHandle) {
    this.path = path
    this.kind = kind
    this.sqlite = sqlite
    this.#log = log
  }

  /** Opens or creates the file, readable only by its owner. Its folder must exist. */
  static async open(path: string, kind: DatabaseKind, options: FileOptions): Promise<SqliteFile> {
    let sqlite: DatabaseSync | undefined
    try {
      createPrivate(path)
      sqlite = new DatabaseSync(path, { timeout: options.busyMs })
      // FULL until it is open, which also makes the file names durable.
      sqlite.exec(`
        PRAGMA locking_mode = ${options.locking};
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA trusted_schema = OFF;
        PRAGMA cell_size_check = ON;
        PRAGMA cache_size = -${options.cacheKiB};
        PRAGMA temp_store = MEMORY;
        PRAGMA journal_size_limit = ${options.logLimitBytes};
      `)
      await options.bringUpToDate(sqlite)
      sqlite.exec('PRAGMA synchronous = NORMAL')
      const log = await openFile(`${path}-wal`, 'r+')
      await syncFolder(dirname(path))
      return new SqliteFile(path, kind, sqlite, log)
    } catch (error) {
      if (sqlite?.isOpen) sqlite.close()
      throw openingFailure(error, path, kind)
    }
  }

  get isTransaction(): boolean {
    return this.sqlite.isTransaction
  }

  /** Commits the changes of `work` in the transaction that has begun, or rolls them back. */
  commit<T>(work: () => T): T {
    try {
      const result = work()
      this.sqlite.exec('COMMIT')
      return result
    } catch (error) {
      if (this.sqlite.isTransaction) this.sqlite.exec('ROLLBACK')
      throw this.explain(error)
    }
  }

  /** Runs `work` within a transaction. If it throws, only its own changes are rolled back. */
  savepoint<T>(work: () => T): T {
    this.sqlite.exec('SAVEPOINT part')
    try {
      const result = work()
      this.sqlite.exec('RELEASE part')
      return result
    } catch (error) {
      // SQLite itself rolls back the entire transaction if the disk is full.
      if (this.sqlite.isTransaction) this.sqlite.exec('ROLLBACK TO part; RELEASE part')
      throw this.explain(error)
    }
  }

  /** Resolves when all commits so far survive a power cut. */
  async sync(): Promise<void> {
    try {
      await this.#log.datasync()
    } catch (cause) {
      throw failureOf(
        this.kind,
        'io',
        `${this.path}: recent changes may be lost: check the disk, then start again`,
        { cause },
      )
    }
  }

  explain(error: unknown): Error {
    const failure = databaseFailure(error, this.path, this.kind)
    if ((failure as { code?: unknown }).code === 'no-space') this.isFull = true
    return failure
  }

  /**
   * Calls `ending` and closes the file, whatever fails: otherwise its locks would remain, and this
   * process could not open it again.
   */
  async close(ending: () => void = () => {}): Promise<void> {
    await this.#log.close().finally(() => {
      try {
        ending()
      } finally {
        this.sqlite.close()
      }
    })
  }
}
