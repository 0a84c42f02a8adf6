/**
 * Archives: all tables of a hub as text, the same from SQLite and PostgreSQL, for migration between
 * them and for backups.
 *
 * Lines of JSON: a head with the versions of the tables by owner, `["TABLE", [values]]` for each
 * row in primary key order, bytes as `{"b": base 64}`, and an end with the number of rows of each
 * table and the SHA-256 of all preceding lines.
 */
import { createHash } from 'node:crypto'
import { earlierMigrations } from '@shoal/daemon/database'
import { StoreError } from '../store-error.ts'
import { type Table, tablesOf } from './columns.ts'
import { all, type Database, each, type PerDatabase, type Steps, type Value } from './database.ts'
import { EARLIER } from './hub-kind.ts'
import { type HubTables, type Versions, versionsOf } from './tables.ts'

const FORMAT = 'shoal-hub-archive'
/** Longest line: longer than any row. */
const MAX_LINE_CHARACTERS = 64 << 20
const ROWS_AT_ONCE = 500
const BYTES_AT_ONCE = 8 << 20

/** Number of rows by table. */
export type Counts = Readonly<Record<string, number>>

type Row = readonly Value[]

/** Writes an archive of a consistent snapshot of the tables. */
export async function* writeArchive(
  database: Database,
  owners: readonly HubTables[],
): AsyncGenerator<Uint8Array, Counts> {
  const tables = tablesOf(owners)
  const hash = createHash('sha256')
  const counts: Record<string, number> = Object.fromEntries(tables.map(({ name }) => [name, 0]))
  const columns = new Map(tables.map(({ name, columns }) => [name, [...columns.keys()]]))
  const encode = (lines: readonly unknown[]) => {
    const bytes = Buffer.from(lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    hash.update(bytes)
    return bytes
  }
  yield encode([{ format: FORMAT, versions: Object.fromEntries(versionsOf(owners)) }])
  const scans = tables.map(({ name, key }) => ({ table: name, order: key }))
  for await (const { table, rows } of database.snapshot(scans)) {
    counts[table]! += rows.length
    const names = columns.get(table)!
    yield encode(rows.map(row => [table, names.map(name => toJson((row as Record<string, Value>)[name]!))]))
  }
  yield Buffer.from(`${JSON.stringify({ counts, sha256: hash.copy().digest('hex') })}\n`)
  return counts
}

/**
 * Reads an archive into empty tables, and rebuilds those that it does not contain. Returns the rows
 * by table. Rejects with `exists` if a table has rows, and with `bad-archive` if the archive has
 * other versions, or is incomplete or altered: the tables are then marked, so that they can no
 * longer be opened.
 */
export async function readArchive(
  database: Database,
  owners: readonly HubTables[],
  chunks: AsyncIterable<Uint8Array>,
): Promise<Counts> {
  const tables = tablesOf(owners)
  await database.write(() => begin(tables))
  const known = new Map(tables.map(table => [table.name, table]))
  const counts: Record<string, number> = Object.fromEntries(tables.map(({ name }) => [name, 0]))
  const hash = createHash('sha256')
  let pending: { table: Table; rows: Row[]; bytes: number } | null = null
  let isBegun = false
  let isEnded = false
  const flush = async () => {
    if (!pending) return
    const { table, rows } = pending
    pending = null
    await database
      .write(() => each(insertInto(table), rows))
      .catch(error => {
        // A constraint was violated: the row's reference is missing, or the row exists twice.
        throw error instanceof StoreError ? error : bad(`A row of ${table.name} does not fit the others`)
      })
  }
  for await (const line of linesOf(chunks)) {
    if (isEnded) throw bad('It has an end before its end')
    const value = parse(line)
    if (!isBegun) {
      checkHead(value, versionsOf(owners))
      isBegun = true
    } else if (Array.isArray(value)) {
      const [name, row] = value as [unknown, unknown]
      const table = known.get(String(name))
      if (!table || !Array.isArray(row)) throw bad('It has an unknown table')
      const values = fromJson(table, row)
      if (
        pending &&
        (pending.table !== table || pending.rows.length === ROWS_AT_ONCE || pending.bytes > BYTES_AT_ONCE)
      )
        await flush()
      pending ??= { table, rows: [], bytes: 0 }
      pending.rows.push(values)
      pending.bytes += line.length
      counts[table.name]!++
    } else {
      await flush()
      const end = value as { counts?: unknown; sha256?: unknown } | null
      if (end?.sha256 !== hash.copy().digest('hex')) throw bad('Its hash is wrong')
      if (!isSameCounts(end.counts, counts)) throw bad('Its number of rows is wrong')
      isEnded = true
    }
    hash.update(`${line}\n`)
  }
  if (!isEnded) throw bad('Its end is missing')
  for (const { derived } of owners) await derived?.rebuild(database)
  await database.write(() => finish(tables))
  return counts
}

/** Returns the number of rows of each table. */
export function countRows(database: Database, owners: readonly HubTables[]): Promise<Counts> {
  const tables = tablesOf(owners)
  return database.read(function* () {
    const counts: Record<string, number> = {}
    for (const { name } of tables)
      counts[name] = (yield* all<{ count: number }>(`SELECT count(*) AS count FROM ${name}`))[0]!.count
    return counts
  })
}

/** Deletes everything left by an import. */
export function* discard(owners: readonly HubTables[]): Steps<void> {
  for (const { derived } of owners) if (derived) yield* all(`DELETE FROM ${derived.table}`)
  for (const { name } of tablesOf(owners).toReversed()) yield* all(`DELETE FROM ${name}`)
  yield* all("DELETE FROM hub_state WHERE name = 'importing'")
}

/** Rejects with `damaged` if an import did not finish. */
export function* checkFinished(): Steps<void> {
  const [found] = yield* all("SELECT name FROM hub_state WHERE name = 'importing'")
  if (found)
    throw new StoreError(
      'damaged',
      'An import into this database did not finish: delete the database and import again',
    )
}

function checkHead(value: unknown, versions: Versions): void {
  const head = value as { format?: unknown; version?: unknown; versions?: unknown } | null
  if (head?.format !== FORMAT) throw bad('It is something else')
  const given = givenVersions(head)
  for (const owner of new Set([...versions.keys(), ...given.keys()])) {
    const [has, known] = [given.get(owner) ?? 0, versions.get(owner) ?? 0]
    if (has !== known) throw bad(`It has version ${String(has)} of ${owner}, and this hub ${known}`)
  }
}

/** The first seven versions had a single number for all owners. */
function givenVersions({
  version,
  versions,
}: {
  version?: unknown
  versions?: unknown
}): Map<string, unknown> {
  if (typeof versions === 'object' && versions !== null) return new Map(Object.entries(versions))
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || version > EARLIER.length)
    throw bad(`It has version ${String(version)}, and this hub has one for each kind of its tables`)
  return new Map(earlierMigrations(EARLIER, version))
}

function isSameCounts(given: unknown, counts: Counts): boolean {
  if (typeof given !== 'object' || given === null) return false
  const sorted = (each: object) => JSON.stringify(Object.entries(each).sort())
  return sorted(given) === sorted(counts)
}

function* begin(tables: readonly Table[]): Steps<void> {
  for (const { name } of tables) {
    const [found] = yield* all(`SELECT 1 AS found FROM ${name} LIMIT 1`)
    if (found) throw new StoreError('exists', 'This database is in use: import into an empty one')
  }
  yield* all("INSERT INTO hub_state (name, value) VALUES ('importing', '')")
}

function* finish(tables: readonly Table[]): Steps<void> {
  for (const { name, columns } of tables)
    if (columns.has('number'))
      yield* each(
        {
          sqlite: 'SELECT $1',
          // Continues numbering after the imported rows.
          postgres: `SELECT setval(pg_get_serial_sequence('${name}', 'number'), (SELECT coalesce(max(number), 0) + 1 FROM ${name}), false) FROM unnest($1::bigint[])`,
        },
        [[0]],
      )
  yield* all("DELETE FROM hub_state WHERE name = 'importing'")
}

function insertInto({ name, columns }: Table): PerDatabase {
  const names = [...columns.keys()]
  const places = names.map((_, at) => `$${at + 1}`)
  const types = { INTEGER: 'bigint[]', BLOB: 'bytea[]', TEXT: 'text[]' }
  const arrays = [...columns.values()].map((type, at) => `$${at + 1}::${types[type]}`)
  const into = `INSERT INTO ${name} (${names.join(', ')})`
  return {
    sqlite: `${into} VALUES (${places.join(', ')})`,
    postgres: `${into} SELECT * FROM unnest(${arrays.join(', ')})`,
  }
}

function toJson(value: Value): unknown {
  return value instanceof Uint8Array ? { b: Buffer.from(value).toString('base64') } : value
}

function fromJson({ name, columns }: Table, row: readonly unknown[]): Row {
  if (row.length !== columns.size) throw bad(`A row of ${name} has the wrong length`)
  return [...columns.values()].map((type, at) => {
    const value = row[at]
    if (value === null) return null
    if (type === 'INTEGER' && Number.isSafeInteger(value)) return value as number
    if (type === 'TEXT' && typeof value === 'string') return value
    const base64 = type === 'BLOB' ? (value as { b?: unknown }).b : undefined
    if (typeof base64 === 'string') return new Uint8Array(Buffer.from(base64, 'base64'))
    throw bad(`A row of ${name} has a value of the wrong type`)
  })
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decode(decoder, chunk)).split('\n')
    rest = lines.pop()!
    if (rest.length > MAX_LINE_CHARACTERS) throw bad('A line is too long')
    yield* lines
  }
  if (rest !== '') throw bad('Its last line is incomplete')
}

function decode(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw bad('It is not text')
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw bad('A line is not JSON')
  }
}

function bad(why: string): StoreError {
  return new StoreError('bad-archive', `This archive cannot be used. ${why}: export it again.`)
}
