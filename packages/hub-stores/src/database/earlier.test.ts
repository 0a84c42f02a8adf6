/** Databases of the first versions, which had a single number for the tables of all owners. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync } from 'node:zlib'
import { listBackups } from '@shoal/daemon/database'
import { afterAll, describe, expect, it, test } from 'vitest'
import { ALL_TABLES } from '../testing/all-tables.ts'
import { openFileStores, type TestStores } from '../testing/stores.ts'
import { EARLIER, FORMAT, HUB_KIND } from './hub-kind.ts'
import { SqliteDatabase } from './sqlite.ts'
import { forSqlite } from './tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-earlier-'))
afterAll(() => rmSync(folder, { recursive: true }))
let places = 0
/** Each in a separate folder, for its backups. */
const newPath = () => {
  const path = join(folder, String(places++))
  mkdirSync(path)
  return join(path, 'hub.db')
}
/** Reads a file written by version 7 that contains rows of every kind. */
const fixture = (name: string) =>
  gunzipSync(readFileSync(join(import.meta.dirname, '..', 'testing', 'fixtures', name)))

const query = (path: string, sql: string) => {
  const sqlite = new DatabaseSync(path)
  const rows = sqlite.prepare(sql).all()
  sqlite.close()
  return rows
}
/** Returns a file's full content, except for what only the first versions had. */
const schemaOf = (path: string) => {
  const sqlite = new DatabaseSync(path)
  const parts = sqlite
    .prepare("SELECT type, name FROM sqlite_schema WHERE name <> 'opened' ORDER BY type, name")
    .all()
  const columns = parts.map(({ name }) =>
    sqlite.prepare('SELECT * FROM pragma_table_info(?)').all(String(name)),
  )
  sqlite.close()
  return { parts, columns }
}
const linesOf = async (stores: TestStores) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stores.exportArchive()) chunks.push(chunk)
  return Buffer.concat(chunks).toString().split('\n')
}
/** Returns the rows of an archive, sorted. */
const rowsOf = (lines: readonly string[]) => lines.filter(line => line.startsWith('[')).sort()

/** Creates a file as this version did. */
function makeFile(version: number): string {
  const path = newPath()
  const sqlite = new DatabaseSync(path)
  sqlite.exec('PRAGMA journal_mode = WAL')
  for (const [owner, number] of EARLIER.slice(0, version).flat()) {
    const { migrations } = ALL_TABLES.find(({ name }) => name === owner)!
    sqlite.exec(forSqlite(migrations[number - 1]!))
  }
  sqlite.exec(`
    PRAGMA application_id = ${HUB_KIND.applicationId};
    PRAGMA user_version = ${version};
    CREATE TABLE opened (times INTEGER NOT NULL) STRICT;
    INSERT INTO opened VALUES (1);
    INSERT INTO audit (at_ms, actor, action, subject, detail, is_public) VALUES (1, 'hub', 'a', '', '', 0)`)
  sqlite.close()
  return path
}

describe.each(EARLIER.map((_, at) => at + 1))('a file of version %i', version => {
  it('gets the tables of a new one, after a backup', async () => {
    const [path, fresh] = [makeFile(version), newPath()]
    for (const each of [path, fresh]) await (await SqliteDatabase.open(each, ALL_TABLES)).close()
    expect(schemaOf(path)).toEqual(schemaOf(fresh))
    const done = 'SELECT owner, number FROM migrations ORDER BY owner, number'
    expect(query(path, done)).toEqual(query(fresh, done))
    expect(query(path, 'SELECT action FROM audit')).toEqual([{ action: 'a' }])
    const [backup, ...others] = listBackups(path)
    expect(others).toEqual([])
    expect(query(backup!.path, 'PRAGMA user_version')).toEqual([{ user_version: version }])
    expect(query(backup!.path, 'SELECT action FROM audit')).toEqual([{ action: 'a' }])
    expect(listBackups(fresh)).toEqual([])
  })
})

test('a file that the program of version 7 wrote loses nothing', async () => {
  const path = newPath()
  writeFileSync(path, fixture('version-7.db.gz'))
  await using stores = await openFileStores(path)
  const before = fixture('version-7.jsonl.gz').toString().split('\n')
  expect(rowsOf(await linesOf(stores))).toEqual(rowsOf(before))
  expect(await stores.listings.search({ text: 'moved' })).toHaveLength(1)
  expect(await stores.accounts.get('did:key:moved')).toMatchObject({ name: 'Änn "x" \\' })
  expect(listBackups(path)).toHaveLength(1)
})

test('an archive that the program of version 7 wrote can be imported', async () => {
  await using stores = await openFileStores(newPath())
  const bytes = fixture('version-7.jsonl.gz')
  const counts = await stores.importArchive(
    (async function* () {
      yield bytes
    })(),
  )
  expect(counts).toMatchObject({ accounts: 2, entries: 9, listings: 1 })
  expect(rowsOf(await linesOf(stores))).toEqual(rowsOf(bytes.toString().split('\n')))
  expect(await stores.listings.search({ text: 'moved' })).toHaveLength(1)
})

test.each([
  [6, /version 3 of rooms, and this hub 4/],
  [8, /version 8, and this hub has one for each kind/],
] as const)('an archive of version %i is refused', async (version, message) => {
  await using stores = await openFileStores(newPath())
  const text = fixture('version-7.jsonl.gz').toString().replace('"version":7', `"version":${version}`)
  const imported = stores.importArchive(
    (async function* () {
      yield Buffer.from(text)
    })(),
  )
  await expect(imported).rejects.toMatchObject({
    code: 'bad-archive',
    message: expect.stringMatching(message),
  })
})

test('the program of version 7 is refused with the first change that it does not know', () => {
  const known = new Map(EARLIER.flat())
  const isChanged = ALL_TABLES.some(({ name, migrations }) => migrations.length !== known.get(name))
  expect(FORMAT).toBe(EARLIER.length + (isChanged ? 2 : 1))
})
