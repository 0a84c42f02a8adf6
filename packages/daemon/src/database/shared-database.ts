/**
 * A database file that several processes of a program have open.
 *
 * Other processes may hold the write lock: a transaction waits for it without blocking the process.
 * Two versions of the program run in parallel, so migrations contain only what is compatible with
 * the previous version: new tables, new columns with a default, new indexes.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeBackup } from './backups.ts'
import { CommitGroup } from './commit-group.ts'
import { failureOf, fullDisk, isBusy } from './database-failure.ts'
import type { DatabaseKind } from './database-kind.ts'
import { migrateBegun, needsMigration, type TableOwner } from './migrations.ts'
import { SqliteFile } from './sqlite-file.ts'

/** How long a write waits for those of other processes. */
const BUSY_MS = 10_000
const BUSY_PAUSE_MS = 5
/** Only crash recovery locks readers out. */
const STATEMENT_BUSY_MS = 250
const CACHE_KIB = 16_000
const LOG_LIMIT_BYTES = 64 << 20
/** Most transactions per commit. */
const MAX_GROUP = 1000
/** Most queued transactions. */
const MAX_WAITING = 20_000

export class SharedDatabase {
  readonly #file: SqliteFile
  readonly #group: CommitGroup
  #closing: Promise<void> | null = null

  private constructor(file: SqliteFile) {
    this.#file = file
    this.#group = new CommitGroup(
      {
        begin: () => begin(file.sqlite).catch(error => Promise.reject(file.explain(error))),
        transaction: work => file.commit(work),
        savepoint: work => file.savepoint(work),
        get isTransaction() {
          return file.isTransaction
        },
        sync: () => file.sync(),
      },
      {
        largest: MAX_GROUP,
        waiting: MAX_WAITING,
        tooMany: () => failureOf(file.kind, 'busy', 'The disk is too slow for this load: try again later'),
      },
    )
  }

  /**
   * Opens or creates the file, readable only by its owner, and migrates its tables after a backup
   * of a file that has any. Its folder must exist. Rejects with `newer-version`, `damaged`,
   * `no-space`, `no-permission`, `io`, `in-use`, `bad-argument`.
   */
  static async open(
    path: string,
    owners: readonly TableOwner[],
    kind: DatabaseKind,
  ): Promise<SharedDatabase> {
    const bringUpToDate = async (sqlite: DatabaseSync) => {
      if (needsMigration(sqlite, path, owners, kind) && !(await writeBackup(sqlite, path, kind, Date.now())))
        throw fullDisk(path, kind)
      await begin(sqlite)
      migrateBegun(sqlite, path, owners, kind)
    }
    const file = await SqliteFile.open(path, kind, {
      busyMs: STATEMENT_BUSY_MS,
      locking: 'NORMAL',
      cacheKiB: CACHE_KIB,
      logLimitBytes: LOG_LIMIT_BYTES,
      bringUpToDate,
    })
    return new SharedDatabase(file)
  }

  get path(): string {
    return this.#file.path
  }

  /** Prepares a statement. `write` and `read` convert its errors. */
  prepare(sql: string): StatementSync {
    return this.#file.sqlite.prepare(sql)
  }

  /**
   * Runs `work` in a transaction shared with concurrent calls; if it throws, only its own changes
   * are rolled back. Resolves with its result once that survives a power cut. Also rejects with
   * `in-use` if other processes write for too long, and `busy` if the queue is full.
   */
  async write<T>(work: () => T): Promise<T> {
    this.#checkOpen()
    return this.#group.add(work)
  }

  /** Runs read-only `work`. */
  read<T>(work: () => T): T {
    this.#checkOpen()
    try {
      return work()
    } catch (error) {
      throw this.#file.explain(error)
    }
  }

  /**
   * Yields from `read`, which sees a consistent snapshot over another connection; writes continue
   * in parallel.
   */
  async *snapshot<T>(read: (sqlite: DatabaseSync) => Iterable<T>): AsyncGenerator<T> {
    this.#checkOpen()
    const sqlite = new DatabaseSync(this.path, { readOnly: true, timeout: BUSY_MS })
    try {
      sqlite.exec('BEGIN')
      yield* read(sqlite)
    } catch (error) {
      throw this.#file.explain(error)
    } finally {
      sqlite.close()
    }
  }

  /** Finishes pending writes, and closes the file. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#group.idle().finally(() => this.#file.close())
    return this.#closing
  }

  #checkOpen(): void {
    if (this.#closing) throw failureOf(this.#file.kind, 'closed', `${this.path} is closed: open it again`)
  }
}

async function begin(sqlite: DatabaseSync): Promise<void> {
  const deadline = performance.now() + BUSY_MS
  for (;;)
    try {
      sqlite.exec('BEGIN IMMEDIATE')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      await sleep(BUSY_PAUSE_MS * (1 + Math.random()))
    }
}
