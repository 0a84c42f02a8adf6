import {
  type Counts,
  checkFinished,
  countRows,
  discard,
  readArchive,
  writeArchive,
} from './database/archive.ts'
import type { Database } from './database/database.ts'
import { PostgresDatabase, type PostgresOptions } from './database/postgres.ts'
import { SqliteDatabase } from './database/sqlite.ts'
import type { HubTables } from './database/tables.ts'

/** Durable data of a hub: a database with its owners' tables. */
export class HubData implements AsyncDisposable {
  readonly database: Database
  readonly #owners: readonly HubTables[]

  constructor(database: Database, owners: readonly HubTables[]) {
    this.database = database
    this.#owners = owners
  }

  /**
   * Writes a consistent snapshot of all data as lines of JSON. To move a hub, stop it, and then:
   * `await grown.importArchive(embedded.exportArchive())`, or the other way around. Returns the
   * number of rows of each table.
   */
  exportArchive(): AsyncGenerator<Uint8Array, Counts> {
    return writeArchive(this.database, this.#owners)
  }

  /**
   * Reads the output of `exportArchive` into an empty database. Returns the number of rows of each
   * table, which the archive lists, too, with a hash of them. Rejects with `exists` if it is not
   * empty, and with `bad-archive`: it can no longer be opened then, so delete it and start over.
   */
  importArchive(archive: AsyncIterable<Uint8Array>): Promise<Counts> {
    return readArchive(this.database, this.#owners, archive)
  }

  /** Returns the number of rows of each table. */
  counts(): Promise<Counts> {
    return countRows(this.database, this.#owners)
  }

  /** Clears a database after a failed import, so that it can be used. */
  discardImport(): Promise<void> {
    return this.database.write(() => discard(this.#owners))
  }

  /** Finishes work in progress, and closes the database. Idempotent. */
  close(): Promise<void> {
    return this.database.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Opens the data in a SQLite file, which is created if it is missing, and whose folder must exist.
 * Several processes of one machine can open it. `owners`: each after those that its tables refer
 * to. Rejects with `newer-version`, `damaged`, `no-space`, `io`, `busy`, `bad-argument`.
 */
export async function openEmbedded(path: string, owners: readonly HubTables[]): Promise<HubData> {
  return openOn(await SqliteDatabase.open(path, owners), owners)
}

/**
 * Opens the data in PostgreSQL, version 15 or newer. Rejects with `unavailable`, `newer-version`,
 * `bad-argument`.
 */
export async function openGrown(options: PostgresOptions, owners: readonly HubTables[]): Promise<HubData> {
  return openOn(await PostgresDatabase.open(options, owners), owners)
}

async function openOn(database: Database, owners: readonly HubTables[]): Promise<HubData> {
  try {
    await database.read(checkFinished)
    return new HubData(database, owners)
  } catch (error) {
    await database.close()
    throw error
  }
}
