/**
 * The database file of a program with exclusive access. See `SqliteFile` for what survives a power
 * cut.
 *
 * On a full disk, reads continue, and the program's writes are kept in memory, in one open
 * transaction, until there is space to commit it: so start-up and everything else can write. Only
 * `write`, whose promise is a commit, rejects. A separate copy in memory would have to be merged
 * into the file later, and a reserve file to delete would be used up by the first writer.
 *
 * `locking_mode = EXCLUSIVE`: two processes in one data folder would overwrite each other's rows.
 * The system drops the lock with the process, however that ends. Never open the file a second time
 * in this process: closing it would drop the lock, too (POSIX).
 */
import { existsSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Backup, listBackups, writeBackup } from './backups.ts'
import { CommitGroup } from './commit-group.ts'
import { damaged, failureOf, fullDisk, isFullDisk } from './database-failure.ts'
import type { DatabaseKind } from './database-kind.ts'
import { findFault } from './find-fault.ts'
import { isUpToDate, migrate, needsMigration, type TableOwner } from './migrations.ts'
import { Query } from './query.ts'
import { SqliteFile } from './sqlite-file.ts'

/** How long to wait for a process that is shutting down. */
const BUSY_TIMEOUT_MS = 500
const CACHE_KIB = 8000
const LOG_LIMIT_BYTES = 16 << 20

/**
 * Errors have the codes `in-use`, `damaged`, `newer-version`, `no-permission`, `no-space`, `io`,
 * `closed` and describe the remedy.
 */
export class Database {
  readonly #file: SqliteFile
  readonly #sqlite: DatabaseSync
  readonly #group: CommitGroup
  #closing: Promise<void> | null = null
  /** Whether the transaction that waits for space is open. */
  #isHeld = false
  #backups = 0

  private constructor(file: SqliteFile) {
    this.#file = file
    this.#sqlite = file.sqlite
    this.#group = new CommitGroup({
      transaction: work => this.#transaction(work),
      savepoint: work => file.savepoint(work),
      get isTransaction() {
        return file.isTransaction
      },
      sync: () => file.sync(),
    })
  }

  /**
   * Opens or creates the file, readable only by its owner, and migrates the owners' tables. The
   * folder must exist.
   */
  static async open(path: string, owners: readonly TableOwner[], kind: DatabaseKind): Promise<Database> {
    const isNew = !existsSync(path)
    try {
      refuseLost(path, kind)
      const endedBadly = hasLog(path)
      let isFull = false
      const file = await SqliteFile.open(path, kind, {
        busyMs: BUSY_TIMEOUT_MS,
        locking: 'EXCLUSIVE',
        cacheKiB: CACHE_KIB,
        logLimitBytes: LOG_LIMIT_BYTES,
        async bringUpToDate(sqlite) {
          if (endedBadly) check(sqlite, path, kind)
          if (needsMigration(sqlite, path, owners, kind)) await writeBackup(sqlite, path, kind, Date.now())
          isFull = !bringUpToDate(sqlite, path, owners, kind)
        },
      })
      const database = new Database(file)
      if (isFull) database.#hold()
      return database
    } catch (error) {
      if (isNew) removeEmpty(path)
      throw error
    }
  }

  get path(): string {
    return this.#file.path
  }

  /** Whether the last write failed because the disk is full. All writes so far can be read. */
  get isFull(): boolean {
    return this.#file.isFull
  }

  /** Retries pending writes, or makes a trivial one. Returns whether there was space. */
  tryWrite(): boolean {
    this.#file.isFull = false
    try {
      if (this.#isHeld) this.#release()
      else this.transaction(() => this.#sqlite.exec('UPDATE opened SET times = times'))
    } catch {
      // Any fault other than a full disk is reported to the next writer.
    }
    if (this.#file.isFull) this.#hold()
    return !this.#file.isFull
  }

  /** Prepares a statement. */
  prepare<Row extends object = never>(sql: string): Query<Row> {
    return new Query<Row>(this.#sqlite.prepare(sql), error => this.#file.explain(error))
  }

  /**
   * Runs `work` in a transaction, which is rolled back if it throws; at once, and together with all
   * pending calls of `write`, which run first. Nested calls become part of the outer transaction.
   * Survives a crash of the process when it returns, and a power cut once `flush` resolves.
   */
  transaction<T>(work: () => T): T {
    this.#checkOpen()
    if (this.#sqlite.isTransaction) return this.#file.savepoint(work)
    return this.#group.commitWith(work)
  }

  /**
   * Runs `work` in a transaction shared with concurrent calls; if it throws, only its own changes
   * are rolled back. Resolves with its result once that survives a power cut. Work runs in call
   * order.
   */
  async write<T>(work: () => T): Promise<T> {
    this.#checkOpen()
    return this.#group.add(work)
  }

  /** Resolves when all writes so far survive a power cut. */
  async flush(): Promise<void> {
    await this.write(() => {})
  }

  /**
   * Writes a backup next to the file: see `writeBackup`. Do not close the database until it has
   * finished.
   */
  async backUp(nowMs: number): Promise<Backup | null> {
    this.#checkOpen()
    // A copy would wait for the end of the transaction.
    if (this.#isHeld) return null
    this.#backups++
    return writeBackup(this.#sqlite, this.path, this.#file.kind, nowMs).finally(() => this.#backups--)
  }

  /** Finishes pending writes, and closes the file. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#group.idle().finally(() =>
      this.#file.close(() => {
        try {
          if (this.#isHeld) this.#release()
          this.#sqlite.exec('PRAGMA optimize')
        } catch {
          // A full disk or a damaged file, which will be reported to later writers.
        }
      }),
    )
  }

  /** Keeps later writes in memory. While a backup runs, they fail instead. */
  #hold(): void {
    this.#file.isFull = true
    if (this.#isHeld || this.#backups > 0) return
    this.#sqlite.exec('PRAGMA cache_spill = OFF; BEGIN IMMEDIATE')
    this.#isHeld = true
  }

  /** Throws `no-space` if there is no space; pending writes are then lost, as in a crash. */
  #release(): void {
    this.#isHeld = false
    try {
      this.#sqlite.exec('UPDATE opened SET times = times; COMMIT; PRAGMA cache_spill = ON')
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      throw this.#file.explain(error)
    }
  }

  #transaction<T>(work: () => T): T {
    if (this.#isHeld) throw fullDisk(this.path, this.#file.kind)
    this.#begin()
    return this.#file.commit(work)
  }

  #begin(): void {
    try {
      this.#sqlite.exec('BEGIN IMMEDIATE')
    } catch (error) {
      throw this.#file.explain(error)
    }
  }

  #checkOpen(): void {
    if (this.#closing) throw failureOf(this.#file.kind, 'closed', `${this.path} is closed: open it again`)
  }
}

/**
 * Returns false if the disk is full and the tables are up to date: the file is then opened
 * regardless, with all data in its log. Reading a log needs no space: with `locking_mode =
 * EXCLUSIVE` its index is in memory.
 */
function bringUpToDate(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): boolean {
  try {
    migrate(sqlite, path, owners, kind)
    return true
  } catch (error) {
    if (!isFullDisk(error) || !isUpToDate(sqlite, path, owners, kind)) throw error
    return false
  }
}

/**
 * A program that has run leaves a non-empty file, but a file system crash, or the user, may destroy
 * it.
 */
function refuseLost(path: string, kind: DatabaseKind): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size !== undefined && size > 0) return
  const folder = dirname(path)
  const hasRun = kind.traces.some(name => existsSync(join(folder, name))) || hasLog(path)
  if (hasRun || listBackups(path).length > 0)
    throw damaged(path, size === undefined ? 'it is gone' : 'it is empty', kind)
}

/**
 * A start that failed before anything was written removes the file, so that the next one does not
 * consider it damaged.
 */
function removeEmpty(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.size === 0) rmSync(path, { force: true })
}

/** A log remains only if a process did not close the file. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

function check(sqlite: DatabaseSync, path: string, kind: DatabaseKind): void {
  const fault = findFault(sqlite)
  if (fault !== null) throw damaged(path, fault, kind)
}
