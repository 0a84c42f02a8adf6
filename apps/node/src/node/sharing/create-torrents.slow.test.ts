import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CreateTorrent } from '@shoal/api'
import { WAIT_MS } from '@shoal/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nodeForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'

async function open(): Promise<TestNode> {
  const node = await nodeForTest()
  await mkdir(join(node.directory, 'album', 'cd 1'), { recursive: true })
  await writeFile(join(node.directory, 'album', 'cd 1', 'a.txt'), 'a'.repeat(70_000))
  await writeFile(join(node.directory, 'album', 'b.txt'), 'b'.repeat(90_000))
  await writeFile(join(node.directory, 'c.txt'), 'c'.repeat(50_000))
  return node
}

/** Reads everything through the node. */
async function contents(node: TestNode, id: string): Promise<Record<string, string>> {
  const { items } = await node.operations.listFiles({ id, limit: 100 })
  const read = async (index: number, lengthBytes: number) => {
    const file = await node.files.open(id, `#${index}`)
    const chunks = []
    const signal = AbortSignal.timeout(WAIT_MS)
    for await (const chunk of file.read({ start: 0, end: lengthBytes, signal })) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const entries = items.map(async ({ index, path, lengthBytes }) => [path, await read(index, lengthBytes)])
  return Object.fromEntries(await Promise.all(entries))
}

test.each([
  ['album', { 'album/b.txt': 'b'.repeat(90_000), 'album/cd 1/a.txt': 'a'.repeat(70_000) }],
  ['c.txt', { 'c.txt': 'c'.repeat(50_000) }],
])(
  '%s is shared under another name, and served from where it lies, also after a restart',
  async (path, expected) => {
    const node = await open()
    const job = await node.operations.createTorrent(
      CreateTorrent.parse({ path: join(node.directory, path), name: 'Something else' }),
    )
    const { torrent: id, error } = await node.kernel.jobs.whenEnded(job.id)
    expect(error).toBeNull()
    expect(await node.operations.getTorrent({ id: id! })).toMatchObject({
      name: 'Something else',
      progress: 1,
    })
    expect(await contents(node, id!)).toEqual(expected)
    const again = await node.restart()
    const { api } = again.torrents.registry.get(id!)
    await api.recheck()
    expect(api.stats).toMatchObject({ progress: 1, state: 'seeding' })
    expect(await contents(again, id!)).toEqual(expected)
  },
)

test('a move is cancelled when its torrent is deleted, which stays deleted', async () => {
  const node = await open()
  const job = await node.operations.createTorrent(
    CreateTorrent.parse({ path: join(node.directory, 'album') }),
  )
  const id = (await node.kernel.jobs.whenEnded(job.id)).torrent!
  const torrent = node.torrents.registry.get(id)
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  vi.spyOn(torrent.api, 'move').mockImplementation((_, { signal } = {}) => {
    resolve()
    return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
  })
  const move = await node.operations.moveTorrent({ id, directory: join(node.folder, 'other') })
  await begun
  expect(await node.operations.getTorrent({ id })).toMatchObject({ state: 'moving' })
  node.torrents.removals.drop(torrent)
  expect(await node.kernel.jobs.whenEnded(move.id)).toMatchObject({ state: 'cancelled' })
  await vi.waitFor(() => expect(node.torrents.registry.find(id)).toBeNull())
  expect(node.catalogue.torrents.all()).toEqual([])
  expect(node.engine.torrents).toEqual([])
  expect(await readFile(join(node.directory, 'album', 'b.txt'), 'utf8')).toHaveLength(90_000)
})

test('an unresponsive server does not delay startup, and is asked again at the next', async () => {
  const node = await open()
  let requests = 0
  let isAnswering = false
  const server = createServer((_, answer) => {
    requests++
    if (isAnswering) answer.end('late, but here')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const source = `http://127.0.0.1:${(server.address() as AddressInfo).port}/late.txt`
  node.catalogue.jobs.add({
    id: 'late',
    kind: 'download',
    name: 'late.txt',
    state: 'running',
    detail: { source, directory: node.directory },
    startedMs: 1,
  })
  const again = await node.restart()
  await vi.waitFor(() => expect(requests).toBe(1))
  isAnswering = true
  const third = await again.restart()
  await vi.waitFor(async () =>
    expect(await third.operations.getJob({ id: 'late' })).toMatchObject({ state: 'done' }),
  )
  expect(await readFile(join(node.directory, 'late.txt'), 'utf8')).toBe('late, but here')
})

const OPTIONS = {
  ...{ paused: true, superSeeding: true, label: 'films', tags: ['a'], queue: 'first' },
  ...{ downloadLimitBytesPerSecond: 2000, uploadLimitBytesPerSecond: 1000 },
  ...{ ratioLimit: 2, seedingTimeLimitMinutes: 90 },
  webSeeds: ['http://127.0.0.1:9/c.txt'],
} as const

/** The torrent created with these options. */
const APPLIED = {
  ...{ superSeeding: true, label: 'films', webSeeds: OPTIONS.webSeeds },
  ...{ downloadLimitBytesPerSecond: 2000, uploadLimitBytesPerSecond: 1000 },
  ...{ ratioLimit: 2, seedingTimeLimitMinutes: 90 },
}

async function share(node: TestNode, options: object): Promise<string> {
  const path = join(node.directory, 'c.txt')
  const job = await node.operations.createTorrent(CreateTorrent.parse({ path, ...options }))
  const { torrent, error } = await node.kernel.jobs.whenEnded(job.id)
  expect(error).toBeNull()
  return torrent!
}

test('a share that begins paused is complete, not announced, and has all of its options', async () => {
  const node = await open()
  const id = await share(node, OPTIONS)
  const expected = { ...APPLIED, tags: ['a'], state: 'complete', progress: 1 }
  expect(await node.operations.getTorrent({ id })).toMatchObject(expected)
  const { api } = node.torrents.registry.get(id)
  expect([api.paused, api.isComplete]).toEqual([true, true])
  const again = await node.restart()
  expect(await again.operations.getTorrent({ id })).toMatchObject(expected)
  expect(again.torrents.registry.get(id).api.paused).toBe(true)
  await again.operations.actOnTorrents({ ids: [id], action: 'resume' })
  await vi.waitFor(async () =>
    expect(await again.operations.getTorrent({ id })).toMatchObject({ state: 'seeding' }),
  )
})

test('the options change what is shared already', async () => {
  const node = await open()
  const id = await share(node, { tags: ['b'] })
  expect(await node.operations.getTorrent({ id })).toMatchObject({ state: 'seeding' })
  // The node notices within a second that the file is complete and can be shared.
  await vi.waitFor(async () => expect(await share(node, OPTIONS)).toBe(id), WAIT_MS)
  const now = await node.operations.getTorrent({ id })
  expect(now).toMatchObject({ ...APPLIED, tags: ['b', 'a'], state: 'complete' })
})

test('what is paused is not published for search', async () => {
  const node = await open()
  const path = join(node.directory, 'c.txt')
  const given = CreateTorrent.parse({ path, paused: true, findable: true })
  await expect(node.operations.createTorrent(given)).rejects.toMatchObject({ field: 'findable' })
})
