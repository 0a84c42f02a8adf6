/**
 * The database file of a program, and how it is kept safe.
 *
 * WAL with `synchronous = NORMAL`: a commit writes the log and does not wait for the disk, which would stop everything else in the process.
 * What has to survive a power cut (`write`, `flush`) then waits for an `fdatasync` of the log in another thread. A checkpoint syncs the log
 * before it writes to the database, and the database before the log is begun anew, so the file is whole at every moment.
 *
 * On a full disk the file is read as ever, and what the program itself writes waits in an open transaction, in memory, until there is room to commit it: so
 * the start and everything else can write. Only `write`, whose promise is a commit, rejects. A copy in memory would have
 * to be merged into the file later, and a file kept in reserve to be deleted is used up by the first writer.
 *
 * `locking_mode = EXCLUSIVE`: two processes in one data folder would overwrite each other's rows. The system drops the lock with the
 * process, however that ends. Never open the file otherwise in this process: closing that would drop the lock too (POSIX).
 */
import { existsSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open as openFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Failure, fileFailure } from '../failure.ts'
import { type Backup, listBackups, syncFolder, writeBackup } from './backups.ts'
import { CommitGroup } from './commit-group.ts'
import { damaged, databaseFailure, fullDisk, isFullDisk } from './database-failure.ts'
import type { DatabaseKind } from './database-kind.ts'
import { findFault } from './find-fault.ts'
import { isUpToDate, migrate, needsMigration, type TableOwner } from './migrations.ts'
import { createPrivate } from './private-file.ts'
import { Query } from './query.ts'

/** How long to wait for a process that is closing. */
const BUSY_TIMEOUT_MS = 500
/** The log is truncated to this size after a large transaction. */
const LOG_LIMIT_BYTES = 16 << 20

/**
 * Errors have the codes `in-use`, `damaged`, `newer-version`, `no-permission`, `no-space`, `io`, `closed` and say what to do.
 */
export class Database {
  readonly path: string
  readonly #kind: DatabaseKind
  readonly #sqlite: DatabaseSync
  readonly #log: FileHandle
  readonly #group: CommitGroup
  #closing: Promise<void> | null = null
  #isFull = false
  /** Whether the transaction is open that waits for room. */
  #isHeld = false
  #backups = 0

  private constructor(
    path: string,
    kind: DatabaseKind,
    { sqlite, log, isFull }: { sqlite: DatabaseSync; log: FileHandle; isFull: boolean },
  ) {
    this.path = path
    this.#kind = kind
    this.#sqlite = sqlite
    this.#log = log
    this.#group = new CommitGroup({
      transaction: work => this.#transaction(work),
      savepoint: work => this.#savepoint(work),
      get isTransaction() {
        return sqlite.isTransaction
      },
      sync: () => this.#sync(),
    })
    if (isFull) this.#hold()
  }

  /** Opens or creates the file, readable by its owner only, and brings the tables of the owners up to date. The folder must be there. */
  static async open(path: string, owners: readonly TableOwner[], kind: DatabaseKind): Promise<Database> {
    let sqlite: DatabaseSync | undefined
    const isNew = !existsSync(path)
    try {
      refuseLost(path, kind)
      const endedBadly = hasLog(path)
      createPrivate(path)
      sqlite = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
      prepareConnection(sqlite)
      if (endedBadly) check(sqlite, path, kind)
      if (needsMigration(sqlite, path, owners, kind)) await writeBackup(sqlite, path, kind, Date.now())
      const isFull = !bringUpToDate(sqlite, path, owners, kind)
      sqlite.exec('PRAGMA synchronous = NORMAL')
      const log = await openFile(`${path}-wal`, 'r+')
      await syncFolder(dirname(path))
      return new Database(path, kind, { sqlite, log, isFull })
    } catch (error) {
      if (sqlite?.isOpen) sqlite.close()
      if (isNew) removeEmpty(path)
      throw fileFailure(databaseFailure(error, path, kind), path)
    }
  }

  /** Whether the last write failed because the disk is full. Everything that was written can be read. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Writes what waits for room, or anything. Returns whether there was room for it. */
  tryWrite(): boolean {
    this.#isFull = false
    try {
      if (this.#isHeld) this.#release()
      else this.transaction(() => this.#sqlite.exec('UPDATE opened SET times = times'))
    } catch {
      // Any fault but a full disk is for whoever writes next.
    }
    if (this.#isFull) this.#hold()
    return !this.#isFull
  }

  /** Prepares a statement. */
  prepare<Row extends object = never>(sql: string): Query<Row> {
    return new Query<Row>(this.#sqlite.prepare(sql), error => this.#explain(error))
  }

  /**
   * Runs `work` in a transaction, which is undone if it throws; at once, and together with all pending calls of `write`, which run
   * first. Within another transaction it is a part of that one. Survives the end of the process when it returns, and a power cut once `flush` resolves.
   */
  transaction<T>(work: () => T): T {
    this.#checkOpen()
    if (this.#sqlite.isTransaction) return this.#savepoint(work)
    return this.#group.commitWith(work)
  }

  /**
   * Does `work` in a transaction that it shares with others of the same moment; what it throws undoes only itself. Resolves with what it
   * returned when a power cut cannot undo it. Work is done in the order in which it was asked.
   */
  async write<T>(work: () => T): Promise<T> {
    this.#checkOpen()
    return this.#group.add(work)
  }

  /** Resolves when a power cut cannot undo anything that was done so far. */
  async flush(): Promise<void> {
    await this.write(() => {})
  }

  /** Writes a backup next to the file: see `writeBackup`. Do not close it meanwhile. */
  async backUp(nowMs: number): Promise<Backup | null> {
    this.#checkOpen()
    // A copy would wait for the end of the transaction.
    if (this.#isHeld) return null
    this.#backups++
    return writeBackup(this.#sqlite, this.path, this.#kind, nowMs).finally(() => this.#backups--)
  }

  /** Finishes pending writes, and closes the file. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Whatever fails, the lock is dropped: else nothing in this process could open the file again. */
  async #close(): Promise<void> {
    try {
      await this.#group.idle()
    } finally {
      await this.#log.close().finally(() => this.#closeFile())
    }
  }

  #closeFile(): void {
    try {
      if (this.#isHeld) this.#release()
      this.#sqlite.exec('PRAGMA optimize')
    } catch {
      // A full disk or a damaged file, which matter to whoever writes more than this.
    } finally {
      this.#sqlite.close()
    }
  }

  /** Lets later writes wait in memory. While a backup runs, they fail instead. */
  #hold(): void {
    this.#isFull = true
    if (this.#isHeld || this.#backups > 0) return
    this.#sqlite.exec('PRAGMA cache_spill = OFF; BEGIN IMMEDIATE')
    this.#isHeld = true
  }

  /** Throws `no-space` if there is no room, and what waited is then lost, as in a crash. */
  #release(): void {
    this.#isHeld = false
    try {
      this.#sqlite.exec('UPDATE opened SET times = times; COMMIT; PRAGMA cache_spill = ON')
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      throw this.#explain(error)
    }
  }

  #transaction<T>(work: () => T): T {
    if (this.#isHeld) throw fullDisk(this.path, this.#kind)
    try {
      this.#sqlite.exec('BEGIN IMMEDIATE')
      const result = work()
      this.#sqlite.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      throw this.#explain(error)
    }
  }

  #savepoint<T>(work: () => T): T {
    this.#sqlite.exec('SAVEPOINT part')
    try {
      const result = work()
      this.#sqlite.exec('RELEASE part')
      return result
    } catch (error) {
      // SQLite itself rolls back the whole transaction if the disk is full.
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK TO part; RELEASE part')
      throw this.#explain(error)
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#log.datasync()
    } catch (error) {
      throw new Failure('io', `${this.path}: recent changes may be lost: check the disk, then start again`, {
        cause: error,
      })
    }
  }

  #explain(error: unknown): Error {
    const failure = databaseFailure(error, this.path, this.#kind)
    if ((failure as { code?: unknown }).code === 'no-space') this.#isFull = true
    return failure
  }

  #checkOpen(): void {
    if (this.#closing) throw new Failure('closed', `${this.path} is closed: open it again`)
  }
}

/**
 * Returns false if the disk is full and the tables are as they should be: the file is then opened all the same, with everything that its log
 * contains. Reading a log needs no room: with `locking_mode = EXCLUSIVE` its index is in memory.
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

/** A program that has run left a file, and more than an empty one. A crash of the file system, or its user, may take it away. */
function refuseLost(path: string, kind: DatabaseKind): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size !== undefined && size > 0) return
  const folder = dirname(path)
  const hasRun = kind.traces.some(name => existsSync(join(folder, name))) || hasLog(path)
  if (hasRun || listBackups(path).length > 0)
    throw damaged(path, size === undefined ? 'it is gone' : 'it is empty', kind)
}

/** A start that failed before anything was written leaves nothing, so that the next one does not take it for a damaged file. */
function removeEmpty(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.size === 0) rmSync(path, { force: true })
}

/** A log remains only if a process did not close the file. */
function hasLog(path: string): boolean {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

function prepareConnection(sqlite: DatabaseSync): void {
  // FULL until it is open, which also makes the names of the files durable.
  sqlite.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = -8000;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES};
  `)
}

function check(sqlite: DatabaseSync, path: string, kind: DatabaseKind): void {
  const fault = findFault(sqlite)
  if (fault !== null) throw damaged(path, fault, kind)
}
