/** Contract tests of archives and migrations, for any database. */
import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import type { HubTables } from '../database/tables.ts'
import { ALL_TABLES } from './all-tables.ts'
import { TestStores } from './stores.ts'

/** Migrations that later versions of an owner could have. */
const LATER = [
  "ALTER TABLE audit ADD COLUMN place TEXT NOT NULL DEFAULT ''",
  'CREATE TABLE more (number INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT',
]
/** The tables of a hub that is newer by this number of versions. */
const ahead = (versions: number): readonly HubTables[] =>
  ALL_TABLES.map(owner =>
    owner.name === 'audit'
      ? { ...owner, migrations: [...owner.migrations, ...LATER.slice(0, versions)] }
      : owner,
  )
const ENTRY = { actor: 'hub', action: 'test', subject: '', detail: 'ä "quoted" \n\\', isPublic: true }

export interface MigrationPlace {
  /** Opens the same initially empty database each time, with the tables of these owners. */
  open(owners: readonly HubTables[]): Promise<Database>
  /** Returns the number of backups written. */
  backups(): Promise<number>
}

/** Fills stores with rows of every kind. Returns the room. */
export async function fill(stores: TestStores): Promise<Uint8Array> {
  const [did, device] = ['did:key:moved', new Uint8Array(randomBytes(32))]
  const { id } = await stores.rooms.create({ creator: did, salt: randomBytes(32), kind: 'group' })
  await Promise.all(
    Array.from({ length: 1200 }, (_, at) =>
      stores.rooms.append(id, randomBytes(16), randomBytes(1 + (at % 90))),
    ),
  )
  await stores.cursors.acknowledge(device, id, 7)
  await stores.inboxes.open(device)
  await stores.inboxes.deliver([{ device, clientId: randomBytes(16), bytes: randomBytes(1000) }])
  await stores.accounts.create({ did, name: 'Änn "x" \\' })
  await stores.sessions.begin(did, { label: 'a\nb', lifeMs: 1000 })
  await stores.passkeys.add(did, { id: device, publicKey: device, counter: 3, transports: '', name: 'x' })
  await stores.passkeys.change(did, device, { wrappedKey: randomBytes(77) })
  await stores.challenges.use('nonce', 4e12)
  await stores.trackerKeys.renew(did)
  const nothing = { uploadedBytes: 0, downloadedBytes: 0 }
  const report = { did, torrent: randomBytes(20), peer: randomBytes(20), isGone: false, atMs: 1 }
  const last = { uploadedBytes: 2 ** 40, downloadedBytes: 1 }
  await stores.trackerKeys.count([{ ...report, first: nothing, last }])
  await stores.invitations.create({ by: did, lifeMs: 1000 })
  await stores.audit.add(ENTRY)
  const { id: listing } = await stores.listings.create(did, {
    ...{
      title: 'Moved film',
      link: 'magnet:?x',
      category: 'Films',
      tags: ['a'],
      description: '',
      sizeBytes: 1,
      fileCount: 1,
    },
  })
  await stores.listings.addThumbnail(listing, { type: 'image/png', bytes: randomBytes(99) })
  const torrent = { link: 'magnet:?x', bytes: randomBytes(99), sizeBytes: 1, fileCount: 1 }
  await stores.listings.setTorrent(listing, torrent)
  await stores.comments.add(listing, did, 'text')
  await stores.reports.add(`listing:${listing}`, did, 'why')
  await stores.feedKeys.renew(did)
  await stores.posting.note(did)
  await stores.posting.setSlowMode(null, 1)
  const other = 'did:key:banned'
  await stores.accounts.create({ did: other })
  await stores.bans.ban(other, { reason: 'x', by: did, untilMs: null })
  await stores.properties.keep('hub', device)
  return id
}

/** Returns the SHA-256 of an archive and its length. */
export async function digest(stores: TestStores): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stores.exportArchive()) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * Moves all data from one to the other, and checks that nothing changed and that both still work.
 */
export async function expectMove(from: TestStores, to: TestStores): Promise<void> {
  const counts = await to.importArchive(from.exportArchive())
  expect(counts).toMatchObject({
    rooms: 1,
    entries: 1200,
    cursors: 1,
    inbox_entries: 1,
    accounts: 2,
    sessions: 1,
  })
  expect(Object.keys(counts).filter(table => counts[table] === 0)).toEqual([
    'device_lists',
    'devices',
    'key_package_uploads',
    'key_packages',
    'key_package_takings',
  ])
  expect(await digest(to)).toBe(await digest(from))
  // Words are indexed again.
  expect(await to.listings.search({ text: 'moved' })).toHaveLength(1)
  // New rows get numbers that no moved row has.
  const [last] = await to.audit.list({ limit: 1 })
  expect((await to.audit.add(ENTRY)).number).toBeGreaterThan(last!.number)
  const { id } = await to.rooms.create({ creator: 'did:key:new', salt: randomBytes(32), kind: 'group' })
  expect((await to.rooms.append(id, randomBytes(16), randomBytes(9))).sequence).toBe(1)
  await expect(to.importArchive(from.exportArchive())).rejects.toMatchObject({ code: 'exists' })
}

export function testMigrations(place: () => MigrationPlace): void {
  test('a backup precedes a migration, and the version before runs on the new tables', async () => {
    const { open, backups } = place()
    const use = async (versions: number, work: (stores: TestStores) => Promise<void>) => {
      await using stores = new TestStores(await open(ahead(versions)))
      await work(stores)
    }
    await use(0, async stores => {
      await fill(stores)
    })
    expect(await backups()).toBe(0)
    const add = async ({ audit }: TestStores) => {
      await audit.add(ENTRY)
    }
    // A process of the previous version is running at the same time.
    await use(0, async before => {
      expect(await before.audit.list()).toHaveLength(1)
      await use(1, add)
      expect(await before.audit.list()).toHaveLength(2)
      await add(before)
    })
    expect(await backups()).toBe(1)
    await use(1, async ({ audit }) => expect(await audit.list()).toHaveLength(3))
    expect(await backups()).toBe(1)
    await use(2, add)
    expect(await backups()).toBe(2)
    // Two versions apart is too far.
    await expect(open(ahead(0))).rejects.toMatchObject({ code: 'newer-version' })
    await use(1, add)
  })
}
