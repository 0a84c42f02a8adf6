/**
 * Contract of a database: the common behavior of SQLite and PostgreSQL for the stores above.
 *
 * Statements are PostgreSQL's, in the subset of SQL that both support: `$1` is the first value,
 * `FOR UPDATE` locks rows against other processes. SQLite locks the entire file instead. Bytes are
 * `Uint8Array`, integers numbers, and texts are compared by their bytes.
 *
 * A transaction is a generator that yields statements and receives their rows. SQLite, which is
 * synchronous, runs it at once, with many in one commit; PostgreSQL sends the statements one after
 * the other.
 */
import { StoreError } from '../store-error.ts'

export type Value = null | number | string | Uint8Array | readonly string[]

/**
 * A statement, possibly for many rows: SQLite runs it once per row, with `$1` as its first value;
 * PostgreSQL runs it once, with `$1` as an array of the first values of all rows, for `unnest`.
 */
export type Query =
  | { readonly text: string | PerDatabase; readonly values: readonly Value[] }
  | { readonly each: PerDatabase; readonly rows: readonly (readonly Value[])[] }

/** A statement whose SQL differs between the two. */
export interface PerDatabase {
  readonly sqlite: string
  readonly postgres: string
}

export type Steps<T> = Generator<Query, T, unknown>

/** Runs a statement. Returns its rows. */
export function* all<Row extends object>(
  text: string | PerDatabase,
  ...values: readonly Value[]
): Steps<Row[]> {
  return (yield { text, values }) as Row[]
}

/** Runs a statement. Returns its first row. */
export function* first<Row extends object>(
  text: string,
  ...values: readonly Value[]
): Steps<Row | undefined> {
  return ((yield { text, values }) as Row[])[0]
}

/** Runs a statement for many rows. Returns the resulting rows in no particular order. */
export function* each<Row extends object>(
  statement: PerDatabase,
  rows: readonly (readonly Value[])[],
): Steps<Row[]> {
  return rows.length === 0 ? [] : ((yield { each: statement, rows }) as Row[])
}

export interface Database {
  /**
   * Runs a transaction. Resolves with its result once it is durable; if it throws, nothing is
   * changed. It may run again after a conflict with another process, so it must have no other side
   * effects. Rejects with `unavailable`, `busy`, `no-space`, `damaged`, `io`, `closed`, or what it
   * threw.
   */
  write<T>(transaction: () => Steps<T>): Promise<T>
  /** Runs read-only statements, each by itself: others may write between them. */
  read<T>(statements: () => Steps<T>): Promise<T>
  /**
   * Streams all rows of a consistent snapshot of tables, up to 500 at a time. `order`: the columns
   * of a unique index.
   */
  snapshot(
    tables: readonly TableScan[],
  ): AsyncIterable<{ readonly table: string; readonly rows: readonly object[] }>
  close(): Promise<void>
}

export interface TableScan {
  readonly table: string
  readonly order: string
}

export function closedError(): StoreError {
  return new StoreError('closed', 'The store is closed: open it again')
}
