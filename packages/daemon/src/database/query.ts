import type { SQLInputValue, StatementSync } from 'node:sqlite'

/**
 * A prepared statement whose rows have a known type: the SQL names its columns like `Row`. Throws
 * like `Database`.
 */
export class Query<Row extends object> {
  readonly #statement: StatementSync
  readonly #explain: (error: unknown) => Error

  constructor(statement: StatementSync, explain: (error: unknown) => Error) {
    this.#statement = statement
    this.#explain = explain
  }

  get(...values: SQLInputValue[]): Row | null {
    return this.#try(() => (this.#statement.get(...values) as Row | undefined) ?? null)
  }

  all(...values: SQLInputValue[]): Row[] {
    return this.#try(() => this.#statement.all(...values) as Row[])
  }

  /** The number of changed rows, and the id of the last inserted one. */
  run(...values: SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#try(() => this.#statement.run(...values))
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  #try<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#explain(error)
    }
  }
}
