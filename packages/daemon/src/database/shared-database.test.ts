import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backupFolder, listBackups } from './backups.ts'
import type { DatabaseKind } from './database-kind.ts'
import { SharedDatabase } from './shared-database.ts'

const KIND: DatabaseKind = {
  applicationId: 7,
  traces: [],
  inUse: 'wait for the other one',
  withoutBackup: 'begin with an empty one',
  earlier: [[['rooms', 1]], [['people', 1]]],
  format: 3,
  isShared: true,
}
const ROOMS = 'CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT'
const PEOPLE = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-shared-'))
  path = join(folder, 'rooms.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (...later: string[]) =>
  SharedDatabase.open(
    path,
    [
      { name: 'rooms', migrations: [ROOMS, ...later] },
      { name: 'people', migrations: [PEOPLE] },
    ],
    KIND,
  )
const add = (database: SharedDatabase, name: string) =>
  database.write(() => database.prepare('INSERT INTO rooms (name) VALUES (?)').run(name))
const names = (database: SharedDatabase) =>
  database.read(() =>
    database
      .prepare('SELECT name FROM rooms ORDER BY id')
      .all()
      .map(row => row.name),
  )

test('several have it open, and write in turns', async () => {
  const all = await Promise.all([open(), open(), open()])
  await Promise.all(
    all.flatMap((database, at) =>
      Array.from({ length: 50 }, (_, number) => add(database, `${at} ${number}`)),
    ),
  )
  for (const database of all) expect(names(database)).toHaveLength(150)
  for (const database of all) await database.close()
})

test('waits without stopping the process while another one writes', async () => {
  const [database, other] = [await open(), new DatabaseSync(path)]
  other.exec('BEGIN IMMEDIATE')
  const [first, second] = [add(database, 'one'), add(database, 'two')]
  // The process continues, and reads: nothing was written yet.
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  expect(names(database)).toEqual([])
  other.exec('COMMIT')
  other.close()
  await Promise.all([first, second])
  expect(names(database)).toEqual(['one', 'two'])
  await database.close()
})

test('what one of a group throws undoes only itself', async () => {
  const database = await open()
  const wrong = database.write(() => {
    database.prepare("INSERT INTO rooms (name) VALUES ('wrong')").run()
    throw new Error('no')
  })
  await Promise.all([add(database, 'one'), expect(wrong).rejects.toThrow('no'), add(database, 'two')])
  expect(names(database)).toEqual(['one', 'two'])
  await database.close()
  await expect(add(database, 'late')).rejects.toMatchObject({ code: 'closed' })
})

test('a backup precedes a migration, also of a file that did not know owners', async () => {
  const old = new DatabaseSync(path)
  old.exec(
    `${ROOMS}; INSERT INTO rooms (name) VALUES ('old'); PRAGMA application_id = 7; PRAGMA user_version = 1`,
  )
  old.close()
  const first = await open()
  expect(names(first)).toEqual(['old'])
  expect(listBackups(path)).toHaveLength(1)
  const second = await open('ALTER TABLE rooms ADD COLUMN topic TEXT')
  expect(listBackups(path)).toHaveLength(2)
  // The previous version keeps running and can be restarted; the one before it cannot.
  await add(first, 'one')
  const again = await open()
  expect(names(again)).toEqual(['old', 'one'])
  const third = await open(
    'ALTER TABLE rooms ADD COLUMN topic TEXT',
    'ALTER TABLE rooms ADD COLUMN mood TEXT',
  )
  await expect(open()).rejects.toMatchObject({ code: 'newer-version' })
  for (const each of [first, second, again, third]) await each.close()
  for (const backup of listBackups(path)) {
    const copy = new DatabaseSync(backup.path)
    expect(copy.prepare("SELECT name FROM rooms WHERE name = 'old'").all()).toHaveLength(1)
    copy.close()
  }
})

test('a copy that another process writes is left alone, and one of a process that ended is not', async () => {
  await (await open()).close()
  const backups = backupFolder(folder)
  mkdirSync(backups)
  // No system has processes with such a number.
  const [running, ended] = [process.ppid, 2 ** 30].map(pid => `.rooms-2026-01-01T000000Z.db.${pid}.tmp`)
  for (const name of [running!, ended!]) writeFileSync(join(backups, name), '')
  await (await open('ALTER TABLE rooms ADD COLUMN topic TEXT')).close()
  expect(readdirSync(backups).filter(name => name.startsWith('.'))).toEqual([running])
})

test('a snapshot is of one moment', async () => {
  const database = await open()
  await add(database, 'one')
  const found: unknown[] = []
  for await (const row of database.snapshot(sqlite => sqlite.prepare('SELECT name FROM rooms').iterate())) {
    if (found.length === 0) await add(database, 'two')
    found.push(row.name)
  }
  expect(found).toEqual(['one'])
  expect(names(database)).toEqual(['one', 'two'])
  await database.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
})

test('errors are those of the program', async () => {
  const database = await open()
  const kind: DatabaseKind = {
    ...KIND,
    applicationId: 8,
    translate: ({ code, message }) => Object.assign(new Error(message), { code: `own ${code}` }),
  }
  await expect(SharedDatabase.open(path, [], kind)).rejects.toMatchObject({ code: 'own bad-argument' })
  const missing = SharedDatabase.open(join(folder, 'none', 'rooms.db'), [], kind)
  await expect(missing).rejects.toMatchObject({ code: 'own not-found' })
  await database.close()
})
