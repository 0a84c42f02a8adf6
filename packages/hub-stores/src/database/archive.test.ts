import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listBackups } from '@shoal/daemon/database'
import { afterAll, describe, expect, it } from 'vitest'
import { ALL_TABLES } from '../testing/all-tables.ts'
import { expectMove, fill, testMigrations } from '../testing/moving-suite.ts'
import { openFileStores, type TestStores } from '../testing/stores.ts'
import { tablesOf } from './columns.ts'
import { SqliteDatabase } from './sqlite.ts'
import { forSqlite } from './tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-archive-'))
afterAll(() => rmSync(folder, { recursive: true }))
let places = 0
const newPath = () => join(folder, `${places++}.db`)

async function archiveOf(stores: TestStores): Promise<Buffer> {
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
    open: owners => SqliteDatabase.open(path, owners),
    backups: async () => listBackups(path).length,
  }))
})

describe('an archive', () => {
  it('moves everything to another database', async () => {
    await using from = await openFileStores(newPath())
    await using to = await openFileStores(newPath())
    await fill(from)
    await expectMove(from, to)
  })

  it('is read in parts of any length', async () => {
    await using from = await openFileStores(newPath())
    await using to = await openFileStores(newPath())
    await fill(from)
    const bytes = await archiveOf(from)
    await to.importArchive(inParts(bytes, 777))
    expect((await archiveOf(to)).equals(bytes)).toBe(true)
  })

  it('that is cut off, changed or something else is refused, and nothing opens what it left', async () => {
    await using from = await openFileStores(newPath())
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
      text.replace('"rooms":4', '"rooms":5'),
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
        await using to = await openFileStores(path)
        const imported = to.importArchive(inParts(Buffer.from(each as string), 100_000))
        await expect(imported, `${at}`).rejects.toMatchObject({ code: 'bad-archive' })
      }
      await expect(openFileStores(path)).rejects.toMatchObject({ code: 'damaged' })
    }
  })

  it('contains all tables, with the key of each', () => {
    const tables = tablesOf(ALL_TABLES)
    const made = ALL_TABLES.flatMap(({ migrations }) => migrations.map(forSqlite))
      .join('\n')
      .match(/CREATE TABLE/g)!.length
    // One of them is the state of the database itself.
    expect(tables).toHaveLength(made - 1)
    expect(tables.find(({ name }) => name === 'entries')).toMatchObject({ key: 'room, sequence' })
    expect(tables.find(({ name }) => name === 'sessions')).toMatchObject({ key: 'hash' })
  })
})
