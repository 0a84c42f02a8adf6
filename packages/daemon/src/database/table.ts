import type { SQLInputValue } from 'node:sqlite'
import { Failure } from '../failure.ts'
import type { Database } from './database.ts'
import type { Query } from './query.ts'

/** Storage format of a value: unchanged, as 0 or 1, or as JSON. */
export type ColumnKind = 'plain' | 'boolean' | 'json'
type Raw = Record<string, unknown>

/**
 * A table whose rows are objects: columns are named like the members, in snake case. `id` is the
 * key.
 */
export class Table<Row extends { readonly id: number | string }> {
  readonly #database: Database
  readonly #name: string
  readonly #kinds: ReadonlyMap<string, ColumnKind>
  readonly #names: ReadonlyMap<string, string>
  /** Statements by their SQL; there are few combinations of members. */
  readonly #queries = new Map<string, Query<Raw>>()
  readonly #columns: string

  constructor(database: Database, name: string, kinds: Readonly<Record<keyof Row & string, ColumnKind>>) {
    this.#database = database
    this.#name = name
    this.#kinds = new Map(Object.entries<ColumnKind>(kinds))
    this.#names = new Map(Object.keys(kinds).map(member => [member, snake(member)]))
    this.#columns = [...this.#names].map(([member, name]) => `${name} AS "${member}"`).join(', ')
  }

  /** Returns the id of the new row. */
  insert(row: Partial<Row>): number {
    const members = this.#given(row)
    const columns = members.map(member => this.#names.get(member)).join(', ')
    const places = members.map(() => '?').join(', ')
    return this.#query(`INSERT INTO ${this.#name} (${columns}) VALUES (${places})`).run(
      ...this.#values(row, members),
    ).id
  }

  /** Changes the given members. Returns false if there is no such row. */
  update(id: Row['id'], changes: Partial<Omit<Row, 'id'>>): boolean {
    const members = this.#given(changes)
    if (members.length === 0) return this.get(id) !== null
    const set = members.map(member => `${this.#names.get(member)} = ?`).join(', ')
    const values = this.#values(changes, members)
    return this.#query(`UPDATE ${this.#name} SET ${set} WHERE id = ?`).run(...values, id).changes > 0
  }

  get(id: Row['id']): Row | null {
    return this.select('WHERE id = ?', id)[0] ?? null
  }

  /** `rest` is trusted SQL: WHERE, ORDER BY, LIMIT. */
  select(rest: string, ...values: SQLInputValue[]): Row[] {
    return this.#query(`SELECT ${this.#columns} FROM ${this.#name} ${rest}`)
      .all(...values)
      .map(raw => this.#read(raw))
  }

  count(rest: string, ...values: SQLInputValue[]): number {
    return this.#query(`SELECT count(*) AS count FROM ${this.#name} ${rest}`).get(...values)!.count as number
  }

  /** Returns the number of deleted rows. */
  delete(rest: string, ...values: SQLInputValue[]): number {
    return this.#query(`DELETE FROM ${this.#name} ${rest}`).run(...values).changes
  }

  #read(raw: Raw): Row {
    const row: Raw = {}
    for (const [member, kind] of this.#kinds) {
      const value = raw[member]
      row[member] =
        kind === 'boolean' ? value === 1 : kind === 'json' ? JSON.parse(value as string) : (value ?? null)
    }
    return row as Row
  }

  #given(row: object): string[] {
    const members = Object.entries(row).flatMap(([member, value]) => (value === undefined ? [] : [member]))
    for (const member of members)
      if (!this.#kinds.has(member))
        throw new Failure('bad-argument', `the table ${this.#name} has no ${member}`)
    return members
  }

  #values(row: object, members: readonly string[]): SQLInputValue[] {
    return members.map(member => {
      const value = (row as Raw)[member]
      const kind = this.#kinds.get(member)
      if (kind === 'boolean') return value ? 1 : 0
      return kind === 'json' ? JSON.stringify(value) : (value as SQLInputValue)
    })
  }

  #query(sql: string): Query<Raw> {
    const known = this.#queries.get(sql)
    if (known) return known
    const query = this.#database.prepare<Raw>(sql)
    this.#queries.set(sql, query)
    return query
  }
}

function snake(member: string): string {
  return member.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
