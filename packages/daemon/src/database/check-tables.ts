import { DatabaseSync } from 'node:sqlite'
import type { DatabaseKind } from './database-kind.ts'
import { doneMigrations, migrate, type TableOwner } from './migrations.ts'

/** A schema object of a database, and the columns of a table. */
type Schema = ReadonlyMap<string, readonly string[]>

/**
 * Compares a foreign database with the result of its migrations. Throws `newer-version`, or
 * `bad-argument` for an unrelated database. Returns the missing or different object, or null. Drops
 * triggers and views that the migrations do not create: they would run within the program.
 */
export function checkTables(
  sqlite: DatabaseSync,
  path: string,
  owners: readonly TableOwner[],
  kind: DatabaseKind,
): string | null {
  const done = doneMigrations(sqlite, path, owners, kind)
  const fresh = new DatabaseSync(':memory:')
  try {
    migrate(fresh, path, done, kind)
    const [wanted, found] = [schemaOf(fresh), schemaOf(sqlite)]
    // A view's triggers are dropped with it.
    for (const name of found.keys())
      if (!wanted.has(name) && /^(trigger|view) /.test(name)) sqlite.exec(`DROP ${ifThere(name)}`)
    for (const [name, columns] of wanted) {
      const present = found.get(name)
      // Older formats do not yet have a list of owners, nor a count of starts.
      if (present === undefined && !/^table (migrations|opened)$/.test(name)) return `it has no ${name}`
      const missing = columns.find(column => present && !present.includes(column))
      if (missing !== undefined) return `its ${name} has no column ${missing}`
    }
    return null
  } finally {
    fresh.close()
  }
}

function schemaOf(sqlite: DatabaseSync): Schema {
  const parts = sqlite
    .prepare("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    .all() as { type: string; name: string }[]
  return new Map(
    parts.map(({ type, name }) => {
      const columns =
        type === 'table' ? sqlite.prepare('SELECT name FROM pragma_table_info(?)').all(name) : []
      return [`${type} ${name}`, (columns as { name: string }[]).map(column => column.name)]
    }),
  )
}

/** `trigger IF EXISTS "name"`. */
function ifThere(part: string): string {
  const space = part.indexOf(' ')
  return `${part.slice(0, space)} IF EXISTS "${part.slice(space + 1).replaceAll('"', '""')}"`
}
