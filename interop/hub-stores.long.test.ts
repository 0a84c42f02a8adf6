/**
 * The stores of a hub in a real PostgreSQL: the same contract as in SQLite, which still holds when
 * it or a process of the hub is killed.
 */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { all, first } from '../packages/hub-stores/src/database/database.ts'
import { EARLIER } from '../packages/hub-stores/src/database/hub-kind.ts'
import { PostgresDatabase } from '../packages/hub-stores/src/database/postgres.ts'
import { forPostgres } from '../packages/hub-stores/src/database/tables.ts'
import { type LogEntry, verifyEntries } from '../packages/hub-stores/src/log/log.ts'
import { testAccounts } from '../packages/hub-stores/src/testing/accounts-suite.ts'
import { ALL_TABLES } from '../packages/hub-stores/src/testing/all-tables.ts'
import { testKeyPackages } from '../packages/hub-stores/src/testing/key-packages-suite.ts'
import { testListings } from '../packages/hub-stores/src/testing/listings-suite.ts'
import { testMembers } from '../packages/hub-stores/src/testing/members-suite.ts'
import { digest, expectMove, fill, testMigrations } from '../packages/hub-stores/src/testing/moving-suite.ts'
import { testRooms } from '../packages/hub-stores/src/testing/rooms-suite.ts'
import {
  openFileStores,
  openServerStores,
  type StoreOptions,
  type TestStores,
} from '../packages/hub-stores/src/testing/stores.ts'
import { testTrackerKeys } from '../packages/hub-stores/src/testing/tracker-suite.ts'
import { filesBelow, type TempDir, tempDir } from './support/files.ts'
import { type Acknowledged, Poster } from './support/poster.ts'
import { PostgresServer } from './support/postgres.ts'
import { missing } from './support/tools.ts'

const NAME = { creator: 'did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH', kind: 'group' }

/** Reads a complete log and verifies it. */
async function readAll({ rooms }: TestStores, room: Uint8Array): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  for (let head = { room, sequence: 0, hash: room }; ; ) {
    const part = await rooms.read(room, head.sequence, 1000)
    if (part.entries.length === 0) {
      expect(head).toEqual(part.room.head)
      return entries
    }
    expect(part.after).toEqual(head)
    head = verifyEntries(head, part.entries)
    entries.push(...part.entries)
  }
}

/** Checks that every acknowledged entry is in the log, once and in its acknowledged place. */
function expectAll(entries: readonly LogEntry[], acknowledged: readonly Acknowledged[]): void {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const places = new Map(
    entries.map(({ clientId, sequence, hash }) => [hex(clientId), { sequence, hash: hex(hash) }]),
  )
  expect(places.size).toBe(entries.length)
  const wrong = acknowledged.filter(({ clientId, sequence, hash }) => {
    const place = places.get(clientId)
    return place?.sequence !== sequence || place.hash !== hash
  })
  expect(wrong).toEqual([])
}

async function createRoom({ rooms }: TestStores): Promise<Uint8Array> {
  return (await rooms.create({ ...NAME, salt: randomBytes(32) })).id
}

describe.skipIf(missing('postgres', 'initdb', 'setpriv'))('PostgreSQL', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server.stop())

  const place = () => ({
    open: (options?: StoreOptions) => openServerStores({ url: server.url, connections: 3 }, options),
  })
  testRooms(place)
  testAccounts(place)
  testKeyPackages(place)
  testListings(place)
  testTrackerKeys(place)
  testMembers(place)

  test('loses nothing that was acknowledged when it is killed, again and again, or a process of the hub', async () => {
    await using stores = await openServerStores({ url: server.url, connections: 1 })
    const room = await createRoom(stores)
    const posters = await Promise.all([1, 2, 3].map(() => Poster.start(server.url, room)))
    try {
      for (let round = 0; round < 3; round++) {
        await Promise.all(posters.map(poster => poster.more(50)))
        await server.kill()
        await server.restart()
      }
      const [killed, ...others] = posters as [Poster, ...Poster[]]
      await killed.more(50)
      await killed.kill()
      await Promise.all(others.map(poster => poster.more(50)))
    } finally {
      await Promise.all(posters.map(poster => poster.kill()))
    }
    const entries = await readAll(stores, room)
    expect(entries.length).toBeGreaterThan(3 * 200)
    expectAll(
      entries,
      posters.flatMap(({ acknowledged }) => acknowledged),
    )
  })

  test('everything moves from SQLite and back', async () => {
    await using folder = await tempDir('hub-stores')
    await using embedded = await openFileStores(folder.join('hub.db'))
    await using grown = await openServerStores({ url: server.url, schema: 'moved' })
    await using back = await openFileStores(folder.join('back.db'))
    await fill(embedded)
    const before = await digest(embedded)
    await back.importArchive(embedded.exportArchive())
    await expectMove(embedded, grown)
    expect(await digest(back)).toBe(before)
    await using again = await openFileStores(folder.join('again.db'))
    await again.importArchive(grown.exportArchive())
    expect(await digest(again)).toBe(await digest(grown))
  })

  describe('with new tables', () => {
    let folder: TempDir
    beforeAll(async () => {
      folder = await tempDir('hub-backups')
    })
    afterAll(() => folder.remove())

    testMigrations(() => ({
      open: owners =>
        PostgresDatabase.open({ url: server.url, schema: 'migrated', backupFolder: folder.path }, owners),
      backups: async () => (await filesBelow(folder.path)).length,
    }))

    test('the backup is what the tables contained', async () => {
      const [name] = await filesBelow(folder.path)
      await using stores = await openServerStores({ url: server.url, schema: 'restored' })
      const counts = await stores.importArchive(createReadStream(folder.join(name!)).pipe(createGunzip()))
      expect(counts).toMatchObject({ entries: 1200, audit: 1 })
    })

    test('those of the first versions, which had no owners, are taken over after a backup', async () => {
      await using backups = await tempDir('hub-earlier')
      const statements = EARLIER.flat().flatMap(([owner, number]) => {
        const { migrations } = ALL_TABLES.find(({ name }) => name === owner)!
        return forPostgres(migrations[number - 1]!)
      })
      await server.query(
        [
          'CREATE SCHEMA earlier; SET search_path = earlier',
          'CREATE TABLE migrations (number BIGINT PRIMARY KEY)',
          'INSERT INTO migrations SELECT generate_series(1, 7)',
          ...statements,
          "INSERT INTO audit (at_ms, actor, action, subject, detail, is_public) VALUES (1, 'hub', 'old', '', '', 0)",
          'RESET search_path',
        ].join(';\n'),
      )
      const options = { url: server.url, schema: 'earlier' }
      await expect(openServerStores(options)).rejects.toMatchObject({ code: 'bad-argument' })
      const done = async (schema: string) => {
        await using stores = await openServerStores({ ...options, schema })
        return await stores.database.read(() => all('SELECT * FROM owner_migrations ORDER BY owner, number'))
      }
      {
        await using stores = await openServerStores({ ...options, backupFolder: backups.path })
        expect(await stores.audit.list()).toMatchObject([{ action: 'old' }])
      }
      const [name, ...others] = await filesBelow(backups.path)
      expect(others).toEqual([])
      expect(await done('earlier')).toEqual(await done('fresh'))
      await using restored = await openServerStores({ url: server.url, schema: 'earlier_restored' })
      const counts = await restored.importArchive(createReadStream(backups.join(name!)).pipe(createGunzip()))
      expect(counts).toMatchObject({ audit: 1 })
    })

    test('they are not changed without a place for the backup', async () => {
      const options = { url: server.url, schema: 'restored' }
      const changed = [
        ...ALL_TABLES,
        { name: 'more', migrations: ['CREATE TABLE more (number INTEGER PRIMARY KEY) STRICT'] },
      ]
      await expect(PostgresDatabase.open(options, changed)).rejects.toMatchObject({ code: 'bad-argument' })
    })
  })

  test('that does not answer is reported as such', async () => {
    const url = server.url.replace('host=', 'host=/nowhere')
    await expect(openServerStores({ url })).rejects.toMatchObject({ code: 'unavailable' })
    await expect(openServerStores({ url: 'mysql://x/y' })).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(openServerStores({ url: server.url, schema: 'x; drop' })).rejects.toMatchObject({
      code: 'bad-argument',
    })
  })

  test('waits for its disk before it acknowledges, whatever its own settings are', async () => {
    const url = `${server.url}&synchronous_commit=off`
    await server.query("ALTER ROLE postgres SET synchronous_commit = 'off'")
    const database = await PostgresDatabase.open({ url, connections: 1 }, ALL_TABLES)
    const setting = database.read(() => first("SELECT current_setting('synchronous_commit') AS value"))
    await setting.finally(() => database.close())
    expect(await setting).toEqual({ value: 'on' })
  })
})

test('SQLite loses nothing that was acknowledged when one of several processes is killed', async () => {
  await using folder = await tempDir('hub-stores')
  const path = folder.join('hub.db')
  await using stores = await openFileStores(path)
  const room = await createRoom(stores)
  const posters = await Promise.all([1, 2].map(() => Poster.start(path, room)))
  try {
    await Promise.all(posters.map(poster => poster.more(100)))
    await posters[0]!.kill()
    await posters[1]!.more(100)
  } finally {
    await Promise.all(posters.map(poster => poster.kill()))
  }
  const entries = await readAll(stores, room)
  expect(entries.length).toBeGreaterThanOrEqual(300)
  expectAll(
    entries,
    posters.flatMap(({ acknowledged }) => acknowledged),
  )
})
