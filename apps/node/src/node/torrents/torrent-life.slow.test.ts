/** Concurrent additions, previews, removals and restores. */
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTorrent, ListTorrents } from '@shoal/api'
import { limitMs } from '@shoal/testing'
import { createTorrent, infoHashText, writeMetainfo } from '@shoal/torrent'
import { afterEach, expect, test, vi } from 'vitest'
import { nodeForTest, seedForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'
import { HistoryStore } from './records/history-store.ts'

afterEach(() => {
  vi.useRealTimers()
})

const HASH = '0123456789abcdef0123456789abcdef01234567'
const all = async (node: TestNode) => (await node.operations.listTorrents(ListTorrents.parse({}))).items
const act = (node: TestNode, id: string, action: 'remove' | 'remove-with-data' | 'restore' | 'pause') =>
  node.operations.actOnTorrents({ ids: [id], action })

async function share(node: TestNode, name = 'a.txt'): Promise<string> {
  await writeFile(join(node.directory, name), name.repeat(9000))
  const { id } = await node.operations.createTorrent(
    CreateTorrent.parse({ path: join(node.directory, name) }),
  )
  return (await node.kernel.jobs.whenEnded(id)).torrent!
}

/** A peer with a torrent that the node does not have. */
async function elsewhere(node: TestNode) {
  const folder = join(node.folder, 'elsewhere')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'far.bin'), 'far'.repeat(20_000))
  const metainfo = await createTorrent(join(folder, 'far.bin'), { version: 'v1' })
  const { peer } = await seedForTest(folder, metainfo)
  return { metainfo, id: infoHashText(metainfo.info.infoHashes), peer }
}

test('a torrent that is removed again after a restore gets the full time to be restored', async () => {
  const node = await nodeForTest()
  const id = await share(node)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  await act(node, id, 'remove-with-data')
  vi.advanceTimersByTime(20_000)
  // Adding it again also restores it.
  await node.operations.addTorrent({ source: id })
  await act(node, id, 'remove-with-data')
  vi.advanceTimersByTime(20_000)
  vi.useRealTimers()
  expect(await node.operations.listRemoved({})).toMatchObject({ items: [{ id, name: expect.any(String) }] })
  await act(node, id, 'restore')
  expect(await node.operations.listRemoved({})).toEqual({ items: [] })
  expect(await all(node)).toMatchObject([{ id }])
  expect(existsSync(join(node.directory, 'a.txt'))).toBe(true)
})

test('a removed torrent that is added to another folder or layout is a new one', async () => {
  const node = await nodeForTest()
  const id = await share(node)
  const torrent = Buffer.from(writeMetainfo(node.torrents.registry.get(id).api.metainfo!)).toString('base64')
  await node.operations.updateTorrent({ id, name: 'Old' })
  await act(node, id, 'remove-with-data')
  const other = { torrent, directory: join(node.directory, 'other'), paused: true }
  const added = { added: true, torrent: { id, name: 'a.txt', directory: other.directory, haveBytes: 0 } }
  expect(await node.operations.addTorrent(other)).toMatchObject(added)
  expect(existsSync(join(node.directory, 'a.txt'))).toBe(false)
  await act(node, id, 'remove')
  await node.operations.addTorrent({ ...other, layout: 'subfolder' })
  expect(node.torrents.registry.get(id).api.files[0]!.currentPath).toEqual(['a', 'a.txt'])
  expect(await all(node)).toMatchObject([{ id, name: 'a.txt', diskName: 'a' }])
})

test('a removed torrent that is added again comes back, whatever the layout of the settings', async () => {
  const node = await nodeForTest()
  const id = await share(node)
  const { api } = node.torrents.registry.get(id)
  const torrent = Buffer.from(writeMetainfo(api.metainfo!)).toString('base64')
  await node.operations.changeSettings({ downloads: { layout: 'subfolder' } })
  await act(node, id, 'remove-with-data')
  expect(await node.operations.addTorrent({ torrent })).toMatchObject({ added: true })
  expect(existsSync(join(node.directory, 'a.txt'))).toBe(true)
  await act(node, id, 'remove-with-data')
  const renamed = new Map([[0, ['a.txt']]])
  await node.torrents.add(api.metainfo!, { directory: node.directory, trusted: true, renamed })
  expect(existsSync(join(node.directory, 'a.txt'))).toBe(true)
  expect(node.torrents.registry.get(id).api).toBe(api)
})

test('a removal without undo is final, and deletes the files at once', async () => {
  const node = await nodeForTest()
  const id = await share(node)
  const answer = await node.operations.actOnTorrents({ ids: [id], action: 'remove-with-data', undo: false })
  expect(answer).toEqual({ ids: [id] })
  expect(await node.operations.listRemoved({})).toEqual({ items: [] })
  expect(existsSync(join(node.directory, 'a.txt'))).toBe(false)
  expect(await node.operations.addTorrent({ source: id })).toMatchObject({ added: true })
})

test('a file that was changed on disk is named by its torrent and among the problems of the node', async () => {
  const node = await nodeForTest()
  const id = await share(node)
  const { api } = node.torrents.registry.get(id)
  await writeFile(join(node.directory, 'a.txt'), 'X'.repeat(45_000))
  const read = api.files[0]!.stream()[Symbol.asyncIterator]().next()
  await vi.waitFor(async () => {
    const detail = await node.operations.getTorrent({ id })
    expect(detail).toMatchObject({ state: 'downloading', changedFiles: ['a.txt'] })
  })
  const { problems } = await node.operations.getHealth({})
  expect(problems?.join()).toContain('1 file was changed on disk and no longer right, such as a.txt')
  // The reader gets the correct data, or nothing.
  await writeFile(join(node.directory, 'a.txt'), 'a.txt'.repeat(9000))
  await api.recheck()
  expect(Buffer.from((await read).value!).toString()).toMatch(/^(a.txt)+/)
  expect((await node.operations.getTorrent({ id })).changedFiles).toEqual([])
})

test('a torrent that is added while it is being deleted becomes a new one', async () => {
  const node = await nodeForTest()
  const id = await share(node)
  const torrent = node.torrents.registry.get(id)
  const bytes = writeMetainfo(torrent.api.metainfo!)
  const { promise: door, resolve: openDoor } = Promise.withResolvers<void>()
  const remove = torrent.api.remove.bind(torrent.api)
  const removing = vi.spyOn(torrent.api, 'remove').mockImplementation(async options => {
    const removed = remove(options)
    await door
    await removed
  })
  node.torrents.removals.drop(torrent)
  await vi.waitFor(() => expect(removing).toHaveBeenCalled())
  await act(node, id, 'remove').catch(() => {})
  await expect(act(node, id, 'restore')).rejects.toMatchObject({ code: 'not-found' })
  const adding = node.operations.addTorrent({
    torrent: Buffer.from(bytes).toString('base64'),
    label: 'again',
  })
  await vi.waitFor(() => expect(node.engine.torrents).toHaveLength(1))
  expect(node.engine.torrents[0]).not.toBe(torrent.api)
  openDoor()
  expect(await adding).toMatchObject({ added: true, torrent: { id, label: 'again' } })
  await vi.waitFor(() => expect(node.engine.torrents).toHaveLength(1))
  expect(node.torrents.registry.get(id).api).toBe(node.engine.torrents[0])
  const next = await node.restart()
  expect(await all(next)).toMatchObject([{ id, label: 'again' }])
})

test('a torrent that is added during its preview is saved, and stays when the preview ends', async () => {
  const node = await nodeForTest()
  const { id, peer } = await elsewhere(node)
  const looking = node.operations.previewTorrent({ source: `magnet:?xt=urn:btih:${id}`, timeoutSeconds: 30 })
  const looked = expect(looking).rejects.toMatchObject({ code: 'conflict' })
  await vi.waitFor(() => expect(node.engine.torrents).toHaveLength(1))
  // By its hash alone, another notation of the same torrent.
  await node.operations.addTorrent({ source: id, peers: [peer] })
  await looked
  await vi.waitFor(async () => expect(await all(node)).toMatchObject([{ id, progress: 1 }]))
  expect(existsSync(join(node.directory, 'far.bin'))).toBe(true)
  expect(node.engine.torrents).toHaveLength(1)
})

test('a previewed torrent is added at once, with the other parameters of the link', async () => {
  const node = await nodeForTest()
  const { id, peer } = await elsewhere(node)
  const source = `magnet:?xt=urn:btih:${id}&tr=${encodeURIComponent('http://127.0.0.1:9/announce')}`
  const preview = await node.operations.previewTorrent({ source, peers: [peer], timeoutSeconds: 30 })
  expect(preview).toMatchObject({ id, name: 'far.bin', known: false })
  await vi.waitFor(() => expect(node.engine.torrents).toEqual([]))
  const { torrent } = await node.operations.addTorrent({ source: `${source}&x.pe=${peer}`, paused: true })
  expect(torrent).toMatchObject({ name: 'far.bin', totalBytes: 60_000, state: 'paused' })
  expect(node.torrents.registry.get(id).api.trackers).toEqual([['http://127.0.0.1:9/announce']])
  expect((await node.operations.previewTorrent({ source, timeoutSeconds: 60 })).known).toBe(true)
})

test('abandoned previews make room for others; at most twenty run at a time', async () => {
  const node = await nodeForTest()
  const hash = (number: number) => number.toString(16).padStart(40, '0')
  const stop = new AbortController()
  const look = (number: number, signal: AbortSignal) =>
    node.operations.previewTorrent({ source: hash(number), timeoutSeconds: 60 }, { signal })
  const looks = Array.from({ length: 25 }, (_, number) => look(number, stop.signal))
  const results = Promise.allSettled(looks)
  await vi.waitFor(() => expect(node.engine.torrents).toHaveLength(20))
  stop.abort(new Error('enough'))
  const codes = (await results).map(result => result.status === 'rejected' && result.reason.code)
  expect(codes.filter(code => code === 'too-many-requests')).toHaveLength(5)
  const other = new AbortController()
  const late = look(99, other.signal)
  await vi.waitFor(() =>
    expect(node.engine.torrents.map(({ infoHashes }) => infoHashText(infoHashes))).toContain(hash(99)),
  )
  expect(node.engine.torrents).toHaveLength(20)
  other.abort(new Error('enough'))
  await expect(late).rejects.toThrow('enough')
})

test('concurrent additions of one torrent add it once', async () => {
  const node = await nodeForTest()
  const answers = await Promise.all([1, 2, 3].map(() => node.operations.addTorrent({ source: HASH })))
  expect(answers.map(({ added }) => added).sort()).toEqual([false, false, true])
  expect(await all(node)).toHaveLength(1)
})

test('acknowledged torrents are on disk with all that a killed node needs to resume', async () => {
  const node = await nodeForTest()
  await node.operations.addTorrent({ source: HASH, paused: true, label: 'new' })
  const other = await mkdtemp(join(tmpdir(), 'shoal-killed-'))
  await cp(join(node.folder, 'data'), join(other, 'data'), { recursive: true })
  const next = await nodeForTest(other)
  expect(await all(next)).toMatchObject([{ id: HASH, label: 'new', state: 'paused' }])
})

test('rates include all transfers, also of a download that ended between two samples', async () => {
  const node = await nodeForTest()
  const { metainfo, id, peer } = await elsewhere(node)
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  await node.operations.addTorrent({ torrent, peers: [peer] })
  await vi.waitFor(() => expect(node.torrents.registry.get(id).isComplete).toBe(true))
  const { downloadedBytes } = node.torrents.registry.get(id).api.stats
  expect(downloadedBytes).toBeGreaterThanOrEqual(60_000)
  const told = async () => {
    const { points } = await node.operations.getTorrentHistory({ id })
    return points.reduce((sum, point) => sum + point.downloadedBytes, 0)
  }
  await vi.waitFor(async () => expect(await told()).toBe(downloadedBytes))
})

test('adding an existing torrent creates no label', async () => {
  const node = await nodeForTest()
  await node.operations.addTorrent({ source: HASH, label: 'films' })
  expect(await node.operations.addTorrent({ source: HASH, label: 'other' })).toMatchObject({ added: false })
  await act(node, HASH, 'remove')
  await act(node, HASH, 'restore')
  const { items } = await node.operations.listLabels({})
  expect(items).toMatchObject([{ name: 'films', torrents: 1 }])
})

test('a new label is published, however it was created', async () => {
  const node = await nodeForTest()
  const told: unknown[] = []
  node.events.subscribe('labels', ({ event }) => told.push(event))
  await node.operations.addTorrent({ source: HASH, label: 'films' })
  await vi.waitFor(() => expect(told).toMatchObject([{ labels: [{ name: 'films', torrents: 1 }] }]))
  await node.operations.updateTorrent({ id: HASH, label: 'series' })
  await vi.waitFor(() => expect(told).toHaveLength(2))
})

test('a torrent’s events continue when it is restored, and stop while it is removed', async () => {
  const node = await nodeForTest()
  const { id, peer, metainfo } = await elsewhere(node)
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  await node.operations.addTorrent({ torrent, paused: true })
  let events = 0
  const end = node.events.subscribe(`torrent:${id}`, () => events++)
  await vi.waitFor(() => expect(events).toBeGreaterThan(0))
  node.torrents.removals.drop(node.torrents.registry.get(id))
  await vi.waitFor(() => expect(node.torrents.registry.find(id)).toBeNull())
  const before = events
  await node.operations.addTorrent({ torrent, peers: [peer] })
  await vi.waitFor(() => expect(events).toBeGreaterThan(before))
  end()
})

test('inconsistent rows and torrents do not prevent startup', async () => {
  const node = await nodeForTest()
  const id = await share(node)
  const { catalogue } = node
  const [row] = catalogue.torrents.all()
  // As after two separate entries, one of them unknown to the engine.
  catalogue.torrents.update(row!.id, { infoHashV2: null })
  const base = { name: 'x', directory: node.directory, addedMs: 1 }
  catalogue.torrents.add({ ...base, infoHashV2: row!.infoHashV2 })
  catalogue.torrents.add({ ...base, infoHashV1: HASH })
  // The final save of the first run would correct its row, so it is prevented.
  vi.spyOn(node.torrents.rows, 'put').mockImplementation(() => {})
  const next = await node.restart()
  expect(await all(next)).toMatchObject([{ id, infoHashV2: row!.infoHashV2 }])
  expect(next.catalogue.torrents.all()).toHaveLength(1)
})

test('a change that cannot be written has no effect, also not in the list', async () => {
  const node = await nodeForTest()
  const ids = [HASH, HASH.replace('0', 'f')]
  for (const source of ids) await node.operations.addTorrent({ source })
  const { rows } = node.torrents
  const put = rows.put.bind(rows)
  let count = 0
  vi.spyOn(rows, 'put').mockImplementation((row, api) => {
    if (++count === 2) throw new Error('disk full')
    put(row, api)
  })
  await expect(node.operations.actOnTorrents({ ids, action: 'pause' })).rejects.toThrow('disk full')
  expect((await all(node)).map(({ state }) => state)).toEqual(['metadata', 'metadata'])
  expect(node.catalogue.torrents.all().map(({ paused }) => paused)).toEqual([false, false])
})

test('a failed write of the periodic tick stops neither the node nor later ticks', async () => {
  const node = await nodeForTest()
  await node.operations.addTorrent({ source: HASH })
  const adding = vi.spyOn(HistoryStore.prototype, 'add').mockImplementation(() => {
    throw Object.assign(new Error('disk full'), { code: 'no-space' })
  })
  await vi.waitFor(
    async () => expect((await node.operations.getHealth({})).problems?.join()).toContain('disk full'),
    {
      // Ten seconds after what was written with the torrent's own record.
      timeout: limitMs(30),
    },
  )
  adding.mockRestore()
  await vi.waitFor(async () =>
    expect((await node.operations.getHealth({})).problems?.join()).not.toContain('disk full'),
  )
})
