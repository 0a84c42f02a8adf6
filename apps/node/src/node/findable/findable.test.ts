import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import { Vault } from '@shoal/daemon/vault'
import { KeyPair } from '@shoal/identity'
import { decodeEntry, type SignedEntry } from '@shoal/network'
import type { Host } from '@shoal/network/host'
import { VirtualClock } from '@shoal/torrent/testing'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { CATALOGUE } from '../kernel/database/catalogue-kind.ts'
import { tableOwners } from '../table-owners.ts'
import type { ManagedTorrent } from '../torrents/service.ts'
import { Findable } from './findable.ts'
import { FindableStore } from './findable-store.ts'
import { PublisherKey } from './publisher-key.ts'

const DAY_MS = 86_400_000
const FILES = [
  { path: ['Harbour', 'small.txt'], lengthBytes: 1 },
  { path: ['Harbour', 'night', 'film.mkv'], lengthBytes: 9 },
]

interface TestTorrent {
  id: string
  name: string
  label: string | null
  tags: string[]
  totalBytes: number
  sealed: boolean
  isListed: boolean
  api: {
    infoHashes: { v1: Uint8Array }
    metainfo: { info: { private: boolean } } | null
    files: typeof FILES
  }
}

function torrentOf(id: string): TestTorrent {
  return {
    ...{ id, name: `Harbour ${id}`, label: 'films', tags: ['open', 'old'], totalBytes: 10, sealed: false },
    isListed: true,
    api: {
      infoHashes: { v1: new Uint8Array(20).fill(Number(id)) },
      metainfo: { info: { private: false } },
      files: FILES,
    },
  }
}

let folder: string
let database: Database
let clock: VirtualClock
/** Days without a check. */
let skippedMs: number
let torrents: Map<string, TestTorrent>
/** Calls to the network's publisher. */
let published: SignedEntry[]
let retracted: [published: SignedEntry, withdrawal: SignedEntry][]
let isOn: boolean
let host: Host
let behindProxy: boolean

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-findable-'))
  database = await Database.open(join(folder, 'catalogue.db'), tableOwners(), CATALOGUE)
  clock = new VirtualClock()
  skippedMs = 0
  torrents = new Map(['1', '2'].map(id => [id, torrentOf(id)]))
  ;[published, retracted, isOn, behindProxy] = [[], [], true, false]
  host = newHost()
  onTestFinished(async () => {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })
})

function newHost(): Host {
  const publisher = {
    publish: (signed: SignedEntry) => published.push(signed),
    retract: async (...both: [SignedEntry, SignedEntry]) => void retracted.push(both),
    handedOver: () => ({ atMs: 5, nodes: 3 }),
  }
  return { kad: { tableSize: 1 }, index: { publisher } } as never
}

/** Opens it on the catalogue, as when the node starts. */
async function open(): Promise<Findable & { readonly key: PublisherKey }> {
  const vault = new Vault(folder)
  // From here on, nothing waits for the disk.
  await vault.prepare()
  const key = new PublisherKey(database, vault)
  const findable = new Findable({
    ...{ key, store: new FindableStore(database) },
    clock: {
      nowMs: () => clock.nowMs(),
      unixMs: () => clock.unixMs() + skippedMs,
      after: (ms, callback) => clock.after(ms, callback),
    },
    torrents: {
      registry: {
        find: (id: string) => torrents.get(id) ?? null,
        isListed: ({ isListed }: TestTorrent) => isListed,
      },
      view: (torrent: TestTorrent) => torrent,
    } as never,
    network: {
      get host() {
        return isOn ? host : null
      },
      get mustRun() {
        if (!isOn) throw new Failure('unsupported', 'The network is off')
        return host
      },
    },
    forbidden: () => (behindProxy ? 'Never behind a proxy' : null),
    onChanged() {},
    log() {},
  })
  onTestFinished(() => findable.close())
  findable.start()
  return Object.assign(findable, { key })
}

const torrent = (id: string) => torrents.get(id) as unknown as ManagedTorrent
/** Lets it check for changes. */
async function look(): Promise<void> {
  await clock.advance(15_000)
}

test('a torrent is described, signed and published, once', async () => {
  const findable = await open()
  const made = await findable.make(torrent('1'), { license: 'CC0-1.0', language: 'en' })
  expect(made).toMatchObject({ title: 'Harbour 1', tags: ['films', 'open', 'old'], license: 'CC0-1.0' })
  await look()
  await look()
  expect(published).toHaveLength(1)
  expect(published[0]!.entry).toMatchObject({
    ...{ title: 'Harbour 1', bytes: 10, fileCount: 2, tags: ['films', 'open', 'old'] },
    files: [
      { path: 'night/film.mkv', bytes: 9 },
      { path: 'small.txt', bytes: 1 },
    ],
    ...{ license: 'CC0-1.0', language: 'en', infoHashV1: new Uint8Array(20).fill(1), infoHashV2: null },
  })
  expect(findable.key.isOwn(published[0]!.entry.publisher)).toBe(true)
  expect(findable.list()).toMatchObject([{ id: '1', announcedMs: 5, nodes: 3, problem: null }])
})

test('a change of the torrent replaces the entry, and a description of its own stays', async () => {
  const findable = await open()
  await findable.make(torrent('1'), { title: 'My title', tags: ['mine'] })
  await findable.make(torrent('2'), {})
  await look()
  for (const each of torrents.values()) Object.assign(each, { name: 'New name', tags: ['new'] })
  await look()
  const last = published.at(-1)!.entry
  expect(published.map(({ entry }) => entry.title)).toEqual(['My title', 'Harbour 2', 'New name'])
  expect(last.tags).toEqual(['films', 'new'])
  expect(last.sequence).toBeGreaterThan(published[1]!.entry.sequence)
  await findable.make(torrent('1'), { language: 'de' })
  await look()
  expect(published.at(-1)!.entry).toMatchObject({ title: 'My title', tags: ['mine'], language: 'de' })
})

test('an entry is signed again long before it expires, and published by each host', async () => {
  const findable = await open()
  await findable.make(torrent('1'), {})
  await look()
  host = newHost()
  await look()
  expect(published).toHaveLength(2)
  const [{ entry }] = published as [SignedEntry]
  skippedMs = 16 * DAY_MS
  await look()
  const renewed = published.at(-1)!.entry
  expect(renewed.expires - entry.expires).toBeGreaterThanOrEqual(16 * 86_400)
  expect(renewed).toMatchObject({ published: entry.published, title: entry.title })
})

test('a torrent that is removed is withdrawn, and comes back when it is restored', async () => {
  const findable = await open()
  await findable.make(torrent('1'), {})
  await look()
  torrents.get('1')!.isListed = false
  await look()
  expect(findable.list()).toEqual([])
  const [before, withdrawal] = retracted[0]!
  expect([before.id, withdrawal.entry.title]).toEqual([published[0]!.id, ''])
  expect(withdrawal.entry.sequence).toBeGreaterThan(before.entry.sequence)
  torrents.get('1')!.isListed = true
  await look()
  expect(published).toHaveLength(2)
  expect(published[1]!.entry.sequence).toBeGreaterThan(withdrawal.entry.sequence)
  torrents.delete('1')
  await look()
  expect(retracted).toHaveLength(2)
  await findable.close()
  expect(new FindableStore(database).list()).toEqual([])
})

test('what is withdrawn while the network is off is handed over in the next run', async () => {
  const before = await open()
  await before.make(torrent('1'), {})
  await look()
  isOn = false
  await before.hide('1')
  await look()
  expect(retracted).toEqual([])
  await before.close()
  isOn = true
  const findable = await open()
  await look()
  expect(retracted.map(([, { id }]) => id)).toEqual([published[0]!.id])
  expect(findable.list()).toEqual([])
  await look()
  expect(retracted).toHaveLength(1)
  await expect(findable.hide('1')).rejects.toMatchObject({ code: 'not-found' })
})

test('it says why nothing is published while the network is off', async () => {
  isOn = false
  const findable = await open()
  expect(await findable.make(torrent('1'), {})).toMatchObject({ problem: 'The network is off', nodes: 0 })
  await look()
  expect(published).toEqual([])
  isOn = true
  await look()
  expect(published).toHaveLength(1)
})

test('private torrents, sealed shares and nodes behind a proxy publish nothing', async () => {
  const findable = await open()
  torrents.get('1')!.sealed = true
  torrents.get('2')!.api.metainfo!.info.private = true
  for (const id of ['1', '2'])
    await expect(findable.make(torrent(id), {})).rejects.toMatchObject({ code: 'refused' })
  torrents.get('1')!.sealed = false
  behindProxy = true
  await expect(findable.make(torrent('1'), {})).rejects.toMatchObject({ code: 'refused' })
  await expect(findable.check()).rejects.toThrow('Never behind a proxy')
  await look()
  expect(published).toEqual([])
})

test('a locked key signs nothing, and its entries are published until they expire', async () => {
  const before = await open()
  await before.make(torrent('1'), {})
  await look()
  await before.close()
  await rm(join(folder, 'secrets.key'))
  host = newHost()
  const findable = await open()
  await look()
  expect(published).toHaveLength(2)
  await expect(findable.make(torrent('2'), {})).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining('secrets.key'),
  })
  await expect(findable.hide('1')).rejects.toMatchObject({ code: 'locked' })
  expect(findable.list()).toMatchObject([{ id: '1', problem: expect.stringContaining('locked') }])
})

test('another key withdraws what the old one signed, and publishes it anew', async () => {
  const findable = await open()
  await findable.make(torrent('1'), {})
  await look()
  const me = KeyPair.generate()
  await findable.useKey(me)
  await look()
  const [old, own] = published as [SignedEntry, SignedEntry]
  expect(retracted.map(([, { entry }]) => entry.publisher)).toEqual([old.entry.publisher])
  expect(own.entry.publisher).toEqual(me.publicKey)
  await findable.close()
  expect((await open()).key.did).toBe(me.did)
  await look()
  expect(decodeEntry(published.at(-1)!.bytes).entry.publisher).toEqual(me.publicKey)
})
