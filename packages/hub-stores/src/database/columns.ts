import type { HubTables } from './tables.ts'

type ColumnType = 'INTEGER' | 'BLOB' | 'TEXT'

export interface Table {
  readonly name: string
  readonly columns: ReadonlyMap<string, ColumnType>
  /** Columns of the primary key, separated by commas. */
  readonly key: string
}

const CREATED = /CREATE TABLE (\w+) \(([^;]*)\) STRICT/g
const ADDED = /ALTER TABLE (\w+) ADD COLUMN (\w+) (INTEGER|BLOB|TEXT)\b/g
const COLUMN = /^\s*(\w+) (INTEGER|BLOB|TEXT)\b(.*)$/gm

/**
 * Returns the tables of these owners, except `hub_state`, in order of creation: a table refers only
 * to those before it.
 */
export function tablesOf(owners: readonly HubTables[]): readonly Table[] {
  const tables = new Map<string, { name: string; columns: Map<string, ColumnType>; key: string }>()
  for (const migration of owners.flatMap(({ migrations }) => migrations)) {
    const sql = typeof migration === 'string' ? migration : migration.common
    for (const [, name, body] of sql.matchAll(CREATED)) {
      const columns = [...body!.matchAll(COLUMN)]
      const single = columns.find(([, , , rest]) => rest!.includes('PRIMARY KEY'))?.[1]
      const key = single ?? /PRIMARY KEY \(([^)]*)\)/.exec(body!)![1]!
      tables.set(name!, {
        name: name!,
        columns: new Map(columns.map(([, column, type]) => [column!, type as ColumnType])),
        key,
      })
    }
    for (const [, name, column, type] of sql.matchAll(ADDED))
      tables.get(name!)!.columns.set(column!, type as ColumnType)
  }
  return [...tables.values()].filter(({ name }) => name !== 'hub_state')
}
