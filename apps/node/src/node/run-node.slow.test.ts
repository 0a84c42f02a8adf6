import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ListTorrents, type NodeEvent, type Torrent } from '@shoal/api'
import { expect, test, vi } from 'vitest'
import { nodeForTest } from './testing/for-test.ts'
import { type TestNode, testNode } from './testing/test-node.ts'
import { OwnTracker } from './tracker/own-tracker.ts'

const HASH = '0123456789abcdef0123456789abcdef01234567'
const MAGNET = `magnet:?xt=urn:btih:${HASH}&dn=Films`

async function share(node: TestNode, name = 'hello.txt', content = 'hello, world'): Promise<Torrent> {
  await mkdir(node.directory, { recursive: true })
  await writeFile(join(node.directory, name), content)
  const { id } = await node.operations.createTorrent({
    path: join(node.directory, name),
    version: 'hybrid',
    private: false,
    trackers: [],
    webSeeds: [],
  })
  const job = await node.kernel.jobs.whenEnded(id)
  expect(job).toMatchObject({ state: 'done', error: null })
  return node.operations.getTorrent({ id: job.torrent! })
}

test('adds a magnet link once, and keeps it with label and tags after a restart', async () => {
  const node = await nodeForTest()
  const first = await node.operations.addTorrent({ source: MAGNET, label: 'films', tags: ['new'] })
  expect(first).toMatchObject({
    added: true,
    torrent: { id: HASH, name: 'Films', state: 'metadata', label: 'films' },
  })
  expect(await node.operations.addTorrent({ source: MAGNET })).toMatchObject({ added: false })
  const again = await node.restart()
  expect(await again.operations.getTorrent({ id: HASH })).toMatchObject({
    name: 'Films',
    state: 'metadata',
    label: 'films',
    tags: ['new'],
    addedMs: first.torrent!.addedMs,
  })
})

test('a paused torrent stays paused after a restart', async () => {
  const node = await nodeForTest()
  await node.operations.addTorrent({ source: MAGNET })
  await node.operations.actOnTorrents({ ids: [HASH], action: 'pause' })
  expect(await node.operations.getTorrent({ id: HASH })).toMatchObject({ state: 'paused' })
  const again = await node.restart()
  expect(await again.operations.getTorrent({ id: HASH })).toMatchObject({ state: 'paused' })
  await again.operations.actOnTorrents({ ids: 'all', action: 'resume' })
  expect(await again.operations.getTorrent({ id: HASH })).toMatchObject({ state: 'metadata' })
})

test('shares a file, and seeds it after a restart without hashing it again', async () => {
  const node = await nodeForTest()
  const shared = await share(node)
  await vi.waitFor(async () =>
    expect(await node.operations.getTorrent({ id: shared.id })).toMatchObject({
      state: 'seeding',
      progress: 1,
      totalBytes: 12,
    }),
  )
  const again = await node.restart()
  await vi.waitFor(async () =>
    expect(await again.operations.getTorrent({ id: shared.id })).toMatchObject({
      state: 'seeding',
      progress: 1,
    }),
  )
})

test('a removed torrent leaves the list, can be restored, and is finally deleted', async () => {
  const node = await nodeForTest()
  const { id } = await share(node)
  const { undoSeconds } = await node.operations.actOnTorrents({ ids: [id], action: 'remove' })
  expect(undoSeconds).toBeGreaterThan(0)
  await expect(node.operations.getTorrent({ id })).rejects.toMatchObject({ code: 'not-found' })
  await node.operations.actOnTorrents({ ids: [id], action: 'restore' })
  await vi.waitFor(async () =>
    expect(await node.operations.getTorrent({ id })).toMatchObject({ state: 'seeding' }),
  )
  await node.operations.actOnTorrents({ ids: [id], action: 'remove' })
  const again = await node.restart()
  await vi.waitFor(() => expect(again.torrents.registry.size).toBe(0))
  expect(again.engine.torrents).toHaveLength(0)
})

test('publishes only what changed', async () => {
  const node = await nodeForTest()
  const events: NodeEvent[] = []
  node.events.subscribe('torrents', ({ text }) => events.push(JSON.parse(text())))
  await node.operations.addTorrent({ source: MAGNET })
  await vi.waitFor(() => expect(events).toHaveLength(1))
  expect(events[0]).toMatchObject({ type: 'torrents', changed: [{ id: HASH, name: 'Films' }], removed: [] })
  await node.operations.actOnTorrents({ ids: [HASH], action: 'pause' })
  await vi.waitFor(() => expect(events).toHaveLength(2))
  expect(events[1]).toMatchObject({ changed: [{ id: HASH, state: 'paused' }] })
  expect(events[1]).not.toHaveProperty('changed.0.name')
})

test('rejects folders that are not allowed', async () => {
  const node = await nodeForTest()
  await expect(node.operations.addTorrent({ source: MAGNET, directory: '/etc' })).rejects.toMatchObject({
    code: 'forbidden-path',
    field: 'directory',
  })
})

test('with two active downloads, the third waits until it is first', async () => {
  const node = await nodeForTest()
  const hashes = ['1', '2', '3'].map(digit => digit.repeat(40))
  await node.operations.changeSettings({ queue: { maxDownloads: 2 } })
  for (const hash of hashes) await node.operations.addTorrent({ source: hash })
  const states = async () =>
    (await Promise.all(hashes.map(id => node.operations.getTorrent({ id })))).map(({ state }) => state)
  expect(await states()).toEqual(['metadata', 'metadata', 'queued'])
  await node.operations.actOnTorrents({ ids: [hashes[2]!], action: 'queue-first' })
  expect(await states()).toEqual(['metadata', 'queued', 'metadata'])
  await node.operations.actOnTorrents({ ids: [hashes[1]!], action: 'start' })
  expect(await states()).toEqual(['metadata', 'metadata', 'metadata'])
})

test('finds a shared document by name and text until it is removed', async () => {
  const node = await nodeForTest()
  const { id } = await share(node, 'harbour-notes.md', '# Tides\n\nThe lighthouse keeper wrote of herring.')
  const search = async (text: string) =>
    (await node.operations.search({ text, limit: 10 })).items.filter(({ file }) => file === 0)
  await vi.waitFor(async () => expect(await search('herr')).toHaveLength(1))
  const [hit] = await search('lighthouse keeper')
  expect(hit).toMatchObject({ torrent: id, path: 'harbour-notes.md' })
  const [start = 0, end = 0] = hit!.matches[0]!
  expect(hit!.snippet!.slice(start, end)).toBe('lighthouse')
  expect(await search('harbour')).toMatchObject([{ snippet: null }])
  await node.operations.actOnTorrents({ ids: [id], action: 'remove' })
  expect(await search('herring')).toEqual([])
})

test('resumes interrupted work at the next start', async () => {
  const node = await nodeForTest()
  await mkdir(node.directory, { recursive: true })
  await writeFile(join(node.directory, 'late.txt'), 'hashed late')
  const options = { version: 'v2', private: false, trackers: [], webSeeds: [] }
  const detail = { path: join(node.directory, 'late.txt'), options }
  node.catalogue.jobs.add({
    id: 'late',
    kind: 'create',
    name: 'late.txt',
    state: 'running',
    detail,
    startedMs: 1,
  })
  const again = await node.restart()
  expect(await again.kernel.jobs.whenEnded('late')).toMatchObject({ state: 'done', kind: 'create' })
  expect((await again.operations.listTorrents(ListTorrents.parse({}))).items).toMatchObject([
    { name: 'late.txt' },
  ])
  expect(again.catalogue.jobs.unfinished()).toEqual([])
})

test('a complete, paused torrent is shown as such after a restart, before any check', async () => {
  const node = await nodeForTest()
  const { id } = await share(node)
  await node.operations.actOnTorrents({ ids: [id], action: 'pause' })
  const again = await node.restart()
  expect(await again.operations.getTorrent({ id })).toMatchObject({
    state: 'complete',
    progress: 1,
    haveBytes: 12,
  })
  const { items } = await again.operations.listFiles({ id, limit: 10 })
  expect(items).toMatchObject([{ haveBytes: 12 }])
  await again.operations.actOnTorrents({ ids: [id], action: 'resume' })
  await vi.waitFor(async () =>
    expect(await again.operations.getTorrent({ id })).toMatchObject({ state: 'seeding', progress: 1 }),
  )
})

test('if several parts cannot be closed, it says which, and everything else is closed', async () => {
  const node = await testNode()
  const tracker = vi.spyOn(OwnTracker.prototype, 'close').mockRejectedValueOnce(new Error('tracker'))
  vi.spyOn(node.kernel.jobs, 'close').mockImplementationOnce(() => {
    throw new Error('jobs')
  })
  await expect(node.close()).rejects.toMatchObject({
    errors: [expect.objectContaining({ message: 'tracker' }), expect.objectContaining({ message: 'jobs' })],
  })
  tracker.mockRestore()
  // The catalogue can be opened again.
  const again = await testNode(node.folder)
  await again.close()
  await rm(node.folder, { recursive: true, force: true })
})
