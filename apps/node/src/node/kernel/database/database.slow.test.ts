import { type ChildProcess, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { backupFolder, Database, listBackups, migrate, writeBackup } from '@shoal/daemon/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tableOwners } from '../../table-owners.ts'
import { Catalogue } from '../../testing/catalogue.ts'
import { commitsIn } from '../../testing/crashes.ts'
import { collect, testInfoHash } from '../../testing/temporary-catalogue.ts'
import { CATALOGUE } from './catalogue-kind.ts'
import { beginAnew, restoreCatalogue } from './restore.ts'
import { earlierFile } from './testing/earlier-file.ts'

const WRITER = fileURLToPath(new URL('./testing/busy-writer.ts', import.meta.url))

let folder = ''
let path = ''
const undo: (() => unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-database-'))
  path = join(folder, 'catalogue.db')
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
  rmSync(folder, { recursive: true, force: true })
})

async function open(): Promise<Database> {
  const database = await Database.open(path, tableOwners(), CATALOGUE)
  undo.push(() => database.close())
  return database
}

/** Starts a process that writes, and resolves once it has written something. */
async function startWriter(): Promise<{ child: ChildProcess; output: () => string }> {
  const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  undo.push(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout!.setEncoding('utf8').on('data', text => {
    output += text
  })
  await new Promise((resolve, reject) => {
    child.stdout!.once('data', resolve)
    child.once('exit', reject)
  })
  return { child, output: () => output }
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise(resolve => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
}

describe('the file', () => {
  test.runIf(process.platform !== 'win32')('is readable by its owner only, like its log', async () => {
    writeFileSync(path, '', { mode: 0o644 })
    await open()
    for (const name of [path, `${path}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600)
  })

  test('is complete without its log once it is closed', async () => {
    const database = await open()
    database.prepare("INSERT INTO settings VALUES ('a', '1')").run()
    await database.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
    copyFileSync(path, join(folder, 'copy.db'))
    path = join(folder, 'copy.db')
    expect((await open()).prepare('SELECT key, value FROM settings').all()).toMatchObject([
      { key: 'a', value: '1' },
    ])
  })

  test('can be open only once, in this process or another', async () => {
    const database = await open()
    await expect(Database.open(path, tableOwners(), CATALOGUE)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(path),
    })
    await database.close()
    const { child } = await startWriter()
    await expect(Database.open(path, tableOwners(), CATALOGUE)).rejects.toMatchObject({ code: 'in-use' })
    await kill(child)
    await open()
  })

  test('that cannot be created is reported', async () => {
    await expect(Database.open(join(folder, 'none', 'x.db'), tableOwners(), CATALOGUE)).rejects.toMatchObject(
      {
        code: 'not-found',
      },
    )
    mkdirSync(path)
    await expect(Database.open(path, tableOwners(), CATALOGUE)).rejects.toMatchObject({
      code: expect.stringMatching(/^[a-z-]+$/),
    })
  })

  test('of a newer program is rejected and unchanged', async () => {
    await (await open()).close()
    const later = new DatabaseSync(path)
    later.exec('PRAGMA user_version = 1000')
    later.close()
    const before = readFileSync(path)
    await expect(Database.open(path, tableOwners(), CATALOGUE)).rejects.toMatchObject({
      code: 'newer-version',
      message: expect.stringContaining('update Shoal'),
    })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('of another program is rejected', async () => {
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE theirs (x)')
    other.close()
    await expect(Database.open(path, tableOwners(), CATALOGUE)).rejects.toMatchObject({
      code: 'bad-argument',
    })
  })
})

describe('a damaged file', () => {
  const told = () => ({
    code: 'damaged',
    message: expect.stringMatching(/catalogue\.db is damaged.*restore-catalogue --empty/),
  })

  async function fill(): Promise<void> {
    const catalogue = await Catalogue.open(path)
    for (let i = 0; i < 2000; i++)
      catalogue.torrents.add({ infoHashV1: testInfoHash(i), name: `name ${i}`, directory: '/x', addedMs: i })
    await catalogue.close()
  }

  test('that is not a database is reported and kept', async () => {
    writeFileSync(path, 'no database at all '.repeat(1000))
    const before = readFileSync(path)
    await expect(Database.open(path, tableOwners(), CATALOGUE)).rejects.toMatchObject(told())
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  test('that is truncated is reported', async () => {
    await fill()
    truncateSync(path, 20_000)
    await expect(Catalogue.open(path)).rejects.toMatchObject(told())
  })

  test('that was overwritten in the middle is reported on read', async () => {
    await fill()
    const bytes = readFileSync(path)
    for (let page = 10; page < bytes.length / 4096; page++) bytes.fill(0xa5, page * 4096, page * 4096 + 200)
    writeFileSync(path, bytes)
    const read = async () => {
      const catalogue = await Catalogue.open(path)
      undo.push(() => catalogue.close().catch(() => {}))
      return catalogue.torrents.all()
    }
    await expect(read()).rejects.toMatchObject(told())
  })

  test('is detected at startup after a crash', async () => {
    await fill()
    const bytes = readFileSync(path)
    bytes.fill(0xa5, bytes.length - 5 * 4096)
    writeFileSync(path, bytes)
    // An unusable log, as a crash can leave behind.
    writeFileSync(`${path}-wal`, 'x'.repeat(100))
    await expect(Catalogue.open(path)).rejects.toMatchObject(told())
  })
})

describe('an empty file', () => {
  test('next to a token is reported as damaged', async () => {
    writeFileSync(path, '')
    writeFileSync(join(folder, 'token'), 'x')
    await expect(open()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('empty') })
    expect(statSync(path).size).toBe(0)
  })

  test('is not left behind by a start that failed', async () => {
    mkdirSync(`${path}-wal`)
    await expect(open()).rejects.toThrow()
    rmSync(`${path}-wal`, { recursive: true })
    writeFileSync(join(folder, 'token'), 'x')
    // It reports a missing file, not an empty one.
    await expect(open()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('gone') })
    rmSync(join(folder, 'token'))
    await open()
  })
})

describe('backups', () => {
  const DAY_MS = 24 * 60 * 60_000
  const START_MS = Date.UTC(2026, 0, 1)
  const names = () => readdirSync(backupFolder(folder))
  const keys = (database: Database) => database.prepare('SELECT key FROM settings ORDER BY key').all()

  test('are the last three, complete and readable by their owner only', async () => {
    const database = await open()
    for (let day = 0; day < 5; day++) {
      const work = database.backUp(START_MS + day * DAY_MS)
      // The copy includes rows written while it is made.
      database.prepare('INSERT INTO settings VALUES (?, 1)').run(`day ${day}`)
      expect(await work).toMatchObject({ takenMs: START_MS + day * DAY_MS })
    }
    expect(names().sort()).toEqual([
      'catalogue-2026-01-03T000000Z.db',
      'catalogue-2026-01-04T000000Z.db',
      'catalogue-2026-01-05T000000Z.db',
    ])
    expect(listBackups(path).map(({ takenMs }) => (takenMs - START_MS) / DAY_MS)).toEqual([4, 3, 2])
    const [newest] = listBackups(path)
    if (process.platform !== 'win32') expect(statSync(newest!.path).mode & 0o777).toBe(0o600)
    const copy = await Database.open(newest!.path, tableOwners(), CATALOGUE)
    undo.push(() => copy.close())
    expect(keys(copy)).toHaveLength(5)
  })

  test('from the future, when the clock was wrong, are the first to go and the last to be restored', async () => {
    const database = await open()
    for (const day of [100, 101, 102]) await database.backUp(START_MS + day * DAY_MS)
    await database.backUp(START_MS)
    expect(listBackups(path, START_MS)[0]).toMatchObject({ takenMs: START_MS })
    await database.backUp(START_MS + DAY_MS)
    const days = listBackups(path, START_MS + DAY_MS).map(({ takenMs }) => (takenMs - START_MS) / DAY_MS)
    expect(days).toEqual([1, 0, 102])
    await database.close()
    expect(await restoreCatalogue(folder, undefined, START_MS + DAY_MS, tableOwners())).toMatchObject({
      backup: 'catalogue-2026-01-02T000000Z.db',
    })
  })

  test('are not written when the disk has no room, and leave nothing when they fail', async () => {
    const database = await open()
    const sqlite = new DatabaseSync(':memory:')
    undo.push(() => sqlite.close())
    expect(await writeBackup(sqlite, path, CATALOGUE, START_MS, 2 ** 60)).toBe(null)
    expect(names()).toEqual([])
    await database.backUp(START_MS)
    mkdirSync(join(backupFolder(folder), 'catalogue-2026-01-02T000000Z.db'))
    await expect(database.backUp(START_MS + DAY_MS)).rejects.toThrow()
    expect(listBackups(path)).toHaveLength(1)
    expect(names().filter(name => name.startsWith('.'))).toEqual([])
  })

  test('of a damaged catalogue are not kept, and drive out none', async () => {
    const catalogue = await Catalogue.open(path)
    for (let i = 0; i < 500; i++)
      catalogue.torrents.add({ infoHashV1: testInfoHash(i), name: `name ${i}`, directory: '/x', addedMs: i })
    await catalogue.close()
    const database = await open()
    await database.backUp(START_MS)
    await database.close()
    const bytes = readFileSync(path)
    bytes.fill(0xa5, bytes.length - 5 * 4096)
    writeFileSync(path, bytes)
    await expect((await open()).backUp(START_MS + DAY_MS)).rejects.toMatchObject({ code: 'damaged' })
    expect(names()).toEqual(['catalogue-2026-01-01T000000Z.db'])
  })

  test('are written before migrations', async () => {
    earlierFile(path, 2).close()
    await open()
    const [backup] = listBackups(path)
    const sqlite = new DatabaseSync(backup!.path)
    undo.push(() => sqlite.close())
    expect(sqlite.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 2 })
  })

  describe('can be restored', () => {
    function change(file: string, sql: string): void {
      const sqlite = new DatabaseSync(file)
      sqlite.exec(sql)
      sqlite.close()
    }

    async function withBackup(): Promise<void> {
      const database = await open()
      database.prepare("INSERT INTO settings VALUES ('kept', 1)").run()
      const columns = 'id, token_hash, user_name, address, created_ms, used_ms, expires_ms'
      database.prepare(`INSERT INTO sessions (${columns}) VALUES (1, x'00', 'me', '', 0, 0, 9e15)`).run()
      await database.backUp(START_MS)
      database.prepare("INSERT INTO settings VALUES ('later', 1)").run()
      await database.close()
    }

    test('in the place of a damaged file, which is kept', async () => {
      await withBackup()
      writeFileSync(path, 'garbage')
      writeFileSync(`${path}-wal`, 'its log')
      writeFileSync(join(folder, 'search.db'), 'of the other catalogue')
      const restored = await restoreCatalogue(folder, undefined, START_MS, tableOwners())
      expect(restored).toEqual({
        backup: 'catalogue-2026-01-01T000000Z.db',
        catalogue: path,
        kept: join(folder, 'catalogue-damaged-2026-01-01T000000Z.db'),
      })
      expect(readFileSync(restored.kept!, 'utf8')).toBe('garbage')
      expect(readFileSync(`${restored.kept}-wal`, 'utf8')).toBe('its log')
      expect(existsSync(join(folder, 'search.db'))).toBe(false)
      const database = await open()
      expect(keys(database)).toMatchObject([{ key: 'kept' }])
      // A login that was ended after the backup does not come back.
      expect(database.prepare('SELECT id FROM sessions').all()).toEqual([])
      expect(listBackups(path)).toHaveLength(1)
    })

    test('but not while a node uses the catalogue', async () => {
      await withBackup()
      const { child } = await startWriter()
      await expect(restoreCatalogue(folder, undefined, START_MS, tableOwners())).rejects.toMatchObject({
        code: 'in-use',
      })
      await kill(child)
      await restoreCatalogue(folder, undefined, START_MS, tableOwners())
    })

    test('with what only its log has', async () => {
      const { child } = await startWriter()
      await kill(child)
      const kept = join(folder, 'kept.db')
      for (const ending of ['', '-wal']) copyFileSync(path + ending, kept + ending)
      const before = readFileSync(`${kept}-wal`)
      const rows = keys(await open()).length
      await undo.pop()!()
      expect(rows).toBeGreaterThan(0)
      rmSync(path)
      await restoreCatalogue(folder, kept, START_MS, tableOwners())
      expect(keys(await open())).toHaveLength(rows)
      // The given file is unchanged.
      expect(Buffer.compare(readFileSync(`${kept}-wal`), before)).toBe(0)
    })

    test.each([
      ['a later format', 'PRAGMA user_version = 999', 'newer-version'],
      ['the format of a later program', "INSERT INTO migrations VALUES ('torrents', 999)", 'newer-version'],
      ['no tables', 'DROP TABLE torrents', 'damaged'],
      [
        'a view instead of a table',
        'ALTER TABLE torrents RENAME TO t; CREATE VIEW torrents AS SELECT * FROM t',
        'damaged',
      ],
      ['other columns', 'ALTER TABLE settings RENAME COLUMN value TO other', 'damaged'],
      ['the mark of another program', 'PRAGMA application_id = 7', 'damaged'],
    ])('but not from a file with %s', async (_, sql, code) => {
      await withBackup()
      const before = readFileSync(path)
      const given = join(folder, 'given.db')
      copyFileSync(listBackups(path)[0]!.path, given)
      change(given, sql)
      await expect(restoreCatalogue(folder, given, START_MS, tableOwners())).rejects.toMatchObject({ code })
      expect(Buffer.compare(readFileSync(path), before)).toBe(0)
      expect(readdirSync(folder).filter(name => name.includes('restored'))).toEqual([])
    })

    test('without triggers that bring back ended sessions', async () => {
      await withBackup()
      const given = join(folder, 'given.db')
      copyFileSync(listBackups(path)[0]!.path, given)
      change(
        given,
        'CREATE TRIGGER back AFTER DELETE ON sessions BEGIN INSERT INTO sessions SELECT OLD.id, OLD.token_hash, OLD.user_name, OLD.address, OLD.created_ms, OLD.used_ms, OLD.expires_ms, NULL, NULL; END',
      )
      await restoreCatalogue(folder, given, START_MS, tableOwners())
      const database = await open()
      expect(database.prepare('SELECT id FROM sessions').all()).toEqual([])
      expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()).toEqual([])
    })

    const history = (...lists: string[]) => JSON.stringify({ lists, devices: [] })
    const keep = (text: string) => `INSERT OR REPLACE INTO device_history VALUES (1, '${text}')`

    test('with the newest device list that is known', async () => {
      await withBackup()
      change(listBackups(path)[0]!.path, keep(history('a')))
      change(path, keep(history('a', 'b')))
      await restoreCatalogue(folder, undefined, START_MS, tableOwners())
      const database = await open()
      expect(database.prepare('SELECT history FROM device_history').all()).toEqual([
        { history: history('a', 'b') },
      ])
      expect(database.prepare('SELECT kind FROM device_alarms').all()).toEqual([])
    })

    test('with an alarm if nobody knows whether its device list is the newest', async () => {
      await withBackup()
      change(listBackups(path)[0]!.path, keep(history('a')))
      writeFileSync(path, 'garbage')
      await restoreCatalogue(folder, undefined, START_MS, tableOwners())
      const database = await open()
      expect(database.prepare('SELECT kind, at_ms AS atMs FROM device_alarms').all()).toEqual([
        { kind: 'restored', atMs: START_MS },
      ])
    })

    const alarm = (kind: string, atMs: number) => `INSERT INTO device_alarms VALUES ('${kind}', ${atMs})`

    test.each([
      ['the present one, if the backup does not know it', [], ['a', 'b'], ['a', 'b'], false],
      ['the one of the backup, if it is newer', ['a', 'b'], ['a'], ['a', 'b'], false],
      ['the present one of another person, with an alarm', ['a', 'b'], ['c'], ['c'], true],
      ['the one of the backup after the present one was forgotten, with an alarm', ['a'], [], ['a'], true],
    ])('with the device list: %s', async (_, before, now, kept, isAlarm) => {
      await withBackup()
      if (before.length > 0) change(listBackups(path)[0]!.path, keep(history(...before)))
      if (now.length > 0) change(path, keep(history(...now)))
      await restoreCatalogue(folder, undefined, START_MS, tableOwners())
      const database = await open()
      expect(database.prepare('SELECT history FROM device_history').all()).toEqual([
        { history: history(...kept) },
      ])
      expect(database.prepare('SELECT kind FROM device_alarms').all()).toEqual(
        isAlarm ? [{ kind: 'restored' }] : [],
      )
    })

    test('with a device list of the backup instead of a damaged one, and an alarm', async () => {
      await withBackup()
      change(listBackups(path)[0]!.path, keep(history('a')))
      change(path, keep('{'))
      await restoreCatalogue(folder, undefined, START_MS, tableOwners())
      const database = await open()
      expect(database.prepare('SELECT history FROM device_history').all()).toEqual([
        { history: history('a') },
      ])
      expect(database.prepare('SELECT kind FROM device_alarms').all()).toEqual([{ kind: 'restored' }])
    })

    test('with the last alarms of both', async () => {
      await withBackup()
      change(listBackups(path)[0]!.path, `${alarm('older', 3)}; ${alarm('forked', 4)}`)
      change(path, `${alarm('older', 2)}; ${alarm('forked', 5)}; ${alarm('rotated', 1)}`)
      await restoreCatalogue(folder, undefined, START_MS, tableOwners())
      const alarms = (await open()).prepare('SELECT kind, at_ms AS atMs FROM device_alarms ORDER BY kind')
      expect(alarms.all()).toEqual([
        { kind: 'forked', atMs: 5 },
        { kind: 'older', atMs: 3 },
        { kind: 'rotated', atMs: 1 },
      ])
    })

    test('from before there were device lists, with the present one', async () => {
      await withBackup()
      change(path, `${keep(history('a'))}; ${alarm('rotated', 1)}`)
      const given = join(folder, 'given.db')
      copyFileSync(listBackups(path)[0]!.path, given)
      change(
        given,
        "DROP TABLE device_history; DROP TABLE device_alarms; DROP TABLE device_keys; DELETE FROM migrations WHERE owner = 'devices'",
      )
      await restoreCatalogue(folder, given, START_MS, tableOwners())
      const database = await open()
      expect(database.prepare('SELECT history FROM device_history').all()).toEqual([
        { history: history('a') },
      ])
      expect(database.prepare('SELECT kind FROM device_alarms').all()).toEqual([{ kind: 'rotated' }])
    })

    test('without a view and its triggers that others made', async () => {
      await withBackup()
      change(
        listBackups(path)[0]!.path,
        'CREATE VIEW a AS SELECT 1 AS b; CREATE TRIGGER c INSTEAD OF INSERT ON a BEGIN SELECT 1; END',
      )
      await restoreCatalogue(folder, undefined, START_MS, tableOwners())
      const others = "SELECT name FROM sqlite_schema WHERE type IN ('trigger', 'view')"
      expect((await open()).prepare(others).all()).toEqual([])
    })

    test('unless a newer program wrote them: then the one before is taken', async () => {
      await withBackup()
      const later = join(backupFolder(folder), 'catalogue-2026-01-02T000000Z.db')
      const [first] = listBackups(path)
      copyFileSync(first!.path, later)
      change(later, 'PRAGMA user_version = 999')
      expect(await restoreCatalogue(folder, undefined, START_MS + 2 * DAY_MS, tableOwners())).toMatchObject({
        backup: first!.name,
      })
      change(first!.path, 'PRAGMA user_version = 999')
      await expect(
        restoreCatalogue(folder, undefined, START_MS + 2 * DAY_MS, tableOwners()),
      ).rejects.toMatchObject({ code: 'newer-version' })
    })

    test('or replaced by an empty one, if it is gone, and only the rest of a node is left', async () => {
      await withBackup()
      rmSync(path)
      await expect(open()).rejects.toMatchObject({ code: 'damaged' })
      expect(await beginAnew(folder, START_MS, tableOwners())).toEqual({
        backup: null,
        catalogue: path,
        kept: null,
      })
      expect(keys(await open())).toEqual([])
    })

    test('unless they are damaged themselves: then the one before is taken', async () => {
      await withBackup()
      const later = join(backupFolder(folder), 'catalogue-2026-01-02T000000Z.db')
      writeFileSync(later, 'garbage')
      await expect(restoreCatalogue(folder, later, START_MS, tableOwners())).rejects.toMatchObject({
        code: 'damaged',
      })
      await expect(restoreCatalogue(folder, 'none', START_MS, tableOwners())).rejects.toMatchObject({
        code: 'not-found',
      })
      expect(keys(await open())).toHaveLength(2)
      await undo.pop()!()
      expect(await restoreCatalogue(folder, undefined, START_MS + 2 * DAY_MS, tableOwners())).toMatchObject({
        backup: 'catalogue-2026-01-01T000000Z.db',
      })
    })
  })
})

describe('migrations', () => {
  test('run in one transaction: a failure leaves the file unchanged', () => {
    const sqlite = new DatabaseSync(path)
    undo.push(() => sqlite.close())
    const first = 'CREATE TABLE opened (id INTEGER PRIMARY KEY, times INTEGER NOT NULL)'
    const bring = (...migrations: string[]) =>
      migrate(
        sqlite,
        path,
        [
          { name: 'kernel', migrations: [first] },
          { name: 'other', migrations },
        ],
        CATALOGUE,
      )
    bring()
    expect(() => bring('CREATE TABLE later (x)', 'CREATE TABLE opened (x)')).toThrow(/already exists/)
    const tables = () => sqlite.prepare('SELECT name FROM sqlite_schema').all()
    expect(tables()).toHaveLength(2)
    bring('CREATE TABLE later (x)')
    expect(tables()).toHaveLength(3)
    expect(sqlite.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 3 })
    expect(sqlite.prepare('SELECT times FROM opened').get()).toMatchObject({ times: 2 })
  })

  const schema = (sqlite: DatabaseSync) =>
    sqlite.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all()

  test.each([1, 2] as const)('a migrated file of version %i has the tables of a fresh one', version => {
    const fresh = new DatabaseSync(':memory:')
    migrate(fresh, path, tableOwners(), CATALOGUE)
    const earlier = earlierFile(path, version)
    undo.push(() => earlier.close())
    earlier.exec("INSERT INTO labels (name) VALUES ('films')")
    earlier.exec("INSERT INTO settings VALUES ('queue', '{}')")
    migrate(earlier, path, tableOwners(), CATALOGUE)
    expect(schema(earlier)).toEqual(schema(fresh))
    const done = 'SELECT owner, number FROM migrations ORDER BY owner, number'
    expect(earlier.prepare(done).all()).toEqual(fresh.prepare(done).all())
    expect(earlier.prepare('SELECT name FROM labels').all()).toMatchObject([{ name: 'films' }])
    expect(earlier.prepare('SELECT key FROM settings').all()).toMatchObject([{ key: 'queue' }])
    expect(earlier.prepare('SELECT times FROM opened').get()).toMatchObject({ times: 2 })
  })

  test('tables of a removed capability are kept, and used when it is back', () => {
    const sqlite = new DatabaseSync(path)
    undo.push(() => sqlite.close())
    migrate(sqlite, path, tableOwners(), CATALOGUE)
    sqlite.exec("INSERT INTO feeds (url, title, every_minutes, filters) VALUES ('u', 't', 30, '[]')")
    const others = tableOwners().filter(({ name }) => name !== 'feeds')
    migrate(sqlite, path, others, CATALOGUE)
    migrate(sqlite, path, tableOwners(), CATALOGUE)
    expect(sqlite.prepare('SELECT url FROM feeds').all()).toMatchObject([{ url: 'u' }])
  })

  test('a capability that a newer program has migrated is rejected', () => {
    const sqlite = new DatabaseSync(path)
    undo.push(() => sqlite.close())
    migrate(sqlite, path, tableOwners(), CATALOGUE)
    sqlite.exec("INSERT INTO migrations VALUES ('feeds', 9)")
    expect(() => migrate(sqlite, path, tableOwners(), CATALOGUE)).toThrow(
      expect.objectContaining({
        code: 'newer-version',
        message: expect.stringContaining('format 9 of feeds'),
      }),
    )
  })
})

describe('transactions', () => {
  const values = (database: Database) =>
    database
      .prepare<{ key: string }>('SELECT key FROM settings ORDER BY key')
      .all()
      .map(row => row.key)
  const insert = (database: Database, key: string) =>
    database.prepare("INSERT INTO settings VALUES (?, '1')").run(key)

  test('are atomic, also when nested', async () => {
    const database = await open()
    const fail = (key: string) => () => {
      insert(database, key)
      throw new Error('no')
    }
    expect(() => database.transaction(fail('a'))).toThrow('no')
    database.transaction(() => {
      insert(database, 'b')
      expect(() => database.transaction(fail('c'))).toThrow('no')
    })
    expect(values(database)).toEqual(['b'])
  })

  test('that are written together fail separately', async () => {
    const database = await open()
    const results = await Promise.allSettled([
      database.write(() => insert(database, 'a').changes),
      database.write(() => {
        insert(database, 'b')
        throw new Error('no')
      }),
      database.write(() => insert(database, 'a')),
      database.write(() => insert(database, 'c').changes),
    ])
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(values(database)).toEqual(['a', 'c'])
  })

  test('come after earlier writes', async () => {
    const database = await open()
    const written = database.write(() => insert(database, 'a'))
    database.transaction(() => expect(values(database)).toEqual(['a']))
    await written
  })

  test('share a commit with earlier writes, and fail separately', async () => {
    const database = await open()
    const before = commitsIn(path)
    const written = database.write(() => insert(database, 'a'))
    database.transaction(() => insert(database, 'b'))
    expect(commitsIn(path)).toBe(before + 1)
    const more = database.write(() => insert(database, 'c'))
    expect(() =>
      database.transaction(() => {
        insert(database, 'd')
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(commitsIn(path)).toBe(before + 2)
    await Promise.all([written, more])
    expect(values(database)).toEqual(['a', 'b', 'c'])
  })

  test('in progress are finished on close, and later ones are rejected', async () => {
    const database = await open()
    const written = database.write(() => insert(database, 'a'))
    await database.close()
    await written
    await expect(database.write(() => 1)).rejects.toMatchObject({ code: 'closed' })
    expect(() => database.transaction(() => 1)).toThrow(/closed/)
    expect(values(await open())).toEqual(['a'])
  })
})

test('acknowledged writes survive kill -9, and both tables agree', async () => {
  for (let round = 0; round < 4; round++) {
    const { child, output } = await startWriter()
    const wanted = round * 40
    while (output().split('\n').length < wanted)
      await new Promise(resolve => child.stdout!.once('data', resolve))
    await kill(child)
    const told = Number(output().trim().split('\n').at(-1))
    const catalogue = await Catalogue.open(path)
    const number = catalogue.settings.get('number') as number
    const store = catalogue.resumeStore()
    const entries = await collect(store.load())
    await store.close()
    await catalogue.close()
    expect(number).toBeGreaterThanOrEqual(told)
    expect(entries).toHaveLength(1)
    expect(entries[0]!.problems).toEqual([])
    expect(entries[0]!.progress!.downloadedBytes).toBe(number)
  }
})
