/** SQLite for a hub on one machine: several processes can have the file open. */

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { SharedDatabase } from '@shoal/daemon/database'
import type { Database, PerDatabase, Query, Steps, TableScan, Value } from './database.ts'
import { HUB_KIND } from './hub-kind.ts'
import { forSqlite, type HubTables } from './tables.ts'

const ROWS_AT_ONCE = 500

export class SqliteDatabase implements Database {
  readonly #shared: SharedDatabase
  readonly #statements = new Map<string, StatementSync>()

  private constructor(shared: SharedDatabase) {
    this.#shared = shared
  }

  /**
   * Opens or creates the file, readable only by its owner, and migrates its tables after a backup
   * in the folder `backups` next to it. Its folder must exist. Rejects with `newer-version`,
   * `damaged`, `no-space`, `io`, `busy`, `bad-argument`.
   */
  static async open(path: string, owners: readonly HubTables[]): Promise<SqliteDatabase> {
    const tables = owners.map(({ name, migrations }) => ({ name, migrations: migrations.map(forSqlite) }))
    return new SqliteDatabase(await SharedDatabase.open(path, tables, HUB_KIND))
  }

  write<T>(transaction: () => Steps<T>): Promise<T> {
    return this.#shared.write(() => this.#drive(transaction()))
  }

  async read<T>(statements: () => Steps<T>): Promise<T> {
    return this.#shared.read(() => this.#drive(statements()))
  }

  snapshot(tables: readonly TableScan[]): ReturnType<Database['snapshot']> {
    return this.#shared.snapshot(sqlite => scan(sqlite, tables))
  }

  async close(): Promise<void> {
    await this.#shared.close()
    this.#statements.clear()
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
    const statement = this.#shared.prepare(text.replace(/\$(\d+)/g, '?$1').replace(/ FOR UPDATE\b/, ''))
    this.#statements.set(text, statement)
    return statement
  }
}

function* scan(
  sqlite: DatabaseSync,
  tables: readonly TableScan[],
): Generator<{ readonly table: string; readonly rows: readonly object[] }> {
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
}

function sqliteText(text: string | PerDatabase): string {
  return typeof text === 'string' ? text : text.sqlite
}

function bindable(values: readonly Value[]): SQLInputValue[] {
  return values as SQLInputValue[]
}
