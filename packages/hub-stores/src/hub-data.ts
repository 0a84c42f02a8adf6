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

/** All that a hub must not lose: a database, and the tables in it by their owners. */
export class HubData implements AsyncDisposable {
  readonly database: Database
  readonly #owners: readonly HubTables[]

  constructor(database: Database, owners: readonly HubTables[]) {
    this.database = database
    this.#owners = owners
  }

  /**
   * Writes everything as it is at one moment, as lines of JSON. To move a hub, stop it, and then: `await grown.importArchive(embedded.exportArchive())`, or the other way around. Returns the number of rows
   * of each table.
   */
  exportArchive(): AsyncGenerator<Uint8Array, Counts> {
    return writeArchive(this.database, this.#owners)
  }

  /**
   * Reads what `exportArchive` wrote into an empty database. Returns the number of rows of each table, which the archive names, too, with a hash of them. Rejects with `exists` if it is not empty, and
   * with `bad-archive`: nothing opens it then, so delete it and begin again.
   */
  importArchive(archive: AsyncIterable<Uint8Array>): Promise<Counts> {
    return readArchive(this.database, this.#owners, archive)
  }

  /** Returns the number of rows of each table. */
  counts(): Promise<Counts> {
    return countRows(this.database, this.#owners)
  }

  /** Empties a database in which an import failed, so that it can be used. */
  discardImport(): Promise<void> {
    return this.database.write(() => discard(this.#owners))
  }

  /** Finishes what is under way, and closes the database. Idempotent. */
  close(): Promise<void> {
    return this.database.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Opens the data in a file of SQLite, which is created if it is missing, and whose folder must exist. Several processes of one machine may open it. `owners`: each after those to whose tables its own refer. Rejects with `newer-version`,
 * `damaged`, `no-space`, `io`, `busy`, `bad-argument`.
 */
export async function openEmbedded(path: string, owners: readonly HubTables[]): Promise<HubData> {
  return openOn(await SqliteDatabase.open(path, owners), owners)
}

/** Opens the data in PostgreSQL, version 15 or newer. Rejects with `unavailable`, `newer-version`, `bad-argument`. */
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
