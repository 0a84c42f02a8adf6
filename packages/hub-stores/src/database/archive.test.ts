import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type HubStores, openEmbedded } from '../stores.ts'
import { expectMove, fill, testMigrations } from '../testing/moving-suite.ts'
import { tablesOf } from './columns.ts'
import { forSqlite, MIGRATIONS } from './schema.ts'
import { SqliteDatabase } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-archive-'))
afterAll(() => rmSync(folder, { recursive: true }))
let places = 0
const newPath = () => join(folder, `${places++}.db`)

async function archiveOf(stores: HubStores): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stores.exportArchive()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* inParts(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

describe('SQLite', () => {
  const path = newPath()
  testMigrations(() => ({
    open: migrations => SqliteDatabase.open(path, migrations),
    backups: async () => readdirSync(folder).filter(name => name.includes('.before-')).length,
  }))
})

describe('an archive', () => {
  it('moves everything to another database', async () => {
    await using from = await openEmbedded(newPath())
    await using to = await openEmbedded(newPath())
    await fill(from)
    await expectMove(from, to)
  })

  it('is read in parts of any length', async () => {
    await using from = await openEmbedded(newPath())
    await using to = await openEmbedded(newPath())
    await fill(from)
    const bytes = await archiveOf(from)
    await to.importArchive(inParts(bytes, 777))
    expect((await archiveOf(to)).equals(bytes)).toBe(true)
  })

  it('that is cut off, changed or something else is refused, and nothing opens what it left', async () => {
    await using from = await openEmbedded(newPath())
    await fill(from)
    const bytes = await archiveOf(from)
    const text = bytes.toString()
    const lines = text.split('\n')
    const without = (from: number, count: number) => lines.toSpliced(from, count).join('\n')
    const wrong = [
      bytes.subarray(0, -1),
      bytes.subarray(0, bytes.length / 2),
      without(5, 1),
      without(lines.length - 2, 1),
      without(0, 1),
      `${text}${lines[0]}\n`,
      text.replace(`"version":${MIGRATIONS.length}`, `"version":${MIGRATIONS.length + 1}`),
      text.replace('["rooms"', '["sqlite_schema"'),
      text.replace('"group"', '"other"'),
      text.replace('"group"', '5'),
      'hello\n',
      '',
      Uint8Array.of(0xff, 0xfe),
    ]
    for (const [at, each] of wrong.entries()) {
      const path = newPath()
      {
        await using to = await openEmbedded(path)
        const imported = to.importArchive(inParts(Buffer.from(each as string), 100_000))
        await expect(imported, `${at}`).rejects.toMatchObject({ code: 'bad-archive' })
      }
      await expect(openEmbedded(path)).rejects.toMatchObject({ code: 'damaged' })
    }
  })

  it('contains all tables, with the key of each', () => {
    const tables = tablesOf(MIGRATIONS)
    const made = MIGRATIONS.map(forSqlite)
      .join('\n')
      .match(/CREATE TABLE/g)!.length
    // One of them is the state of the database itself.
    expect(tables).toHaveLength(made - 1)
    expect(tables.find(({ name }) => name === 'entries')).toMatchObject({ key: 'room, sequence' })
    expect(tables.find(({ name }) => name === 'sessions')).toMatchObject({ key: 'hash' })
  })
})
