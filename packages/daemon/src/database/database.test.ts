import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listBackups } from './backups.ts'
import { Database } from './database.ts'
import type { DatabaseKind } from './database-kind.ts'
import type { TableOwner } from './migrations.ts'

/** Thrown by files on close, if set. */
const faults = vi.hoisted(() => ({ close: undefined as Error | undefined }))
vi.mock('node:fs/promises', async original => {
  const files = await original<typeof import('node:fs/promises')>()
  const open = async (...given: Parameters<typeof files.open>) => {
    const file = await files.open(...given)
    const { close } = file
    file.close = async () => {
      await close()
      if (faults.close) throw faults.close
    }
    return file
  }
  return { ...files, open }
})

const KIND: DatabaseKind = {
  applicationId: 7,
  traces: ['key'],
  inUse: 'close the other one',
  withoutBackup: 'begin anew',
}
const ROOMS = 'CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-daemon-'))
  path = join(folder, 'rooms.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (kind = KIND, ...migrations: string[]) =>
  Database.open(path, [{ name: 'rooms', migrations: [ROOMS, ...migrations] } satisfies TableOwner], kind)

test('a backup named after the database precedes each migration', async () => {
  const first = await open()
  await first.write(() => first.prepare("INSERT INTO rooms (name) VALUES ('one')").run())
  await first.close()
  expect(listBackups(path)).toEqual([])
  const second = await open(KIND, 'ALTER TABLE rooms ADD COLUMN topic TEXT')
  const [backup] = listBackups(path)
  expect(backup?.name).toMatch(/^rooms-\d{4}-\d\d-\d\dT\d{6}Z\.db$/)
  expect(listBackups(join(folder, 'others.db'))).toEqual([])
  expect(second.prepare<{ name: string }>('SELECT name FROM rooms').all()).toMatchObject([{ name: 'one' }])
  await second.close()
})

test('the database of another program is rejected', async () => {
  await (await open()).close()
  await expect(open({ ...KIND, applicationId: 8 })).rejects.toMatchObject({ code: 'bad-argument' })
})

test('errors say what the program says', async () => {
  const database = await open()
  await expect(open()).rejects.toMatchObject({ code: 'in-use', message: `${path}: close the other one` })
  await database.close()
  writeFileSync(path, '')
  writeFileSync(join(folder, 'key'), '')
  await expect(open()).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringMatching(/Without a backup, begin anew$/),
  })
})

test('one whose log cannot be closed is free all the same, and every close says so', async () => {
  const database = await open()
  faults.close = new Error('EIO: i/o error, close')
  await expect(database.close()).rejects.toBe(faults.close)
  await expect(database.close()).rejects.toBe(faults.close)
  faults.close = undefined
  await (await open()).close()
})
