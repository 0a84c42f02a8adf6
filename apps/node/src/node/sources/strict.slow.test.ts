/** `strict` of addTorrent: every option takes effect or is refused. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
import { nodeForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'
import { FileServer } from '../transfers/testing/file-server.ts'

const CHANGES = {
  ...{ label: 'films', ratioLimit: 2, seedingTimeLimitMinutes: 90, sequential: true, superSeeding: true },
  ...{ downloadLimitBytesPerSecond: 2000, uploadLimitBytesPerSecond: 1000, firstLastFirst: true },
} as const

async function torrentOf(node: TestNode): Promise<string> {
  const folder = join(node.folder, 'album')
  await mkdir(folder)
  for (const name of ['a', 'b', 'c']) await writeFile(join(folder, name), name.repeat(1000))
  const metainfo = await createTorrent(folder, {})
  return Buffer.from(writeMetainfo(metainfo)).toString('base64')
}

test('the options change a torrent that is in the list already', async () => {
  const node = await nodeForTest()
  const torrent = await torrentOf(node)
  const first = await node.operations.addTorrent({ torrent, tags: ['b'] })
  const { id } = first.torrent!
  // Without `strict`, nothing changes.
  await node.operations.addTorrent({ torrent, ...CHANGES, paused: true })
  expect(await node.operations.getTorrent({ id })).toMatchObject({ label: null, ratioLimit: null })
  const input = { torrent, strict: true, ...CHANGES, tags: ['a'], paused: true, queue: 'first' as const }
  const lists = { select: [0, 1], priorities: [{ index: 1, priority: 7 }], webSeeds: ['http://127.0.0.1:9/'] }
  expect(await node.operations.addTorrent({ ...input, ...lists })).toMatchObject({ added: false })
  expect(await node.operations.getTorrent({ id })).toMatchObject({
    ...{ ...CHANGES, tags: ['b', 'a'], state: 'paused', queuePosition: 1, webSeeds: lists.webSeeds },
  })
  const { items } = await node.operations.listFiles({ id, limit: 10 })
  expect(items.map(({ priority }) => priority)).toEqual([4, 7, 0])
})

test.each([
  { directory: 'elsewhere' },
  { layout: 'subfolder' },
  { trusted: true },
  { select: [3] },
  { priorities: [{ index: 9, priority: 1 }] },
] as const)('%j of a torrent in the list is refused', async option => {
  const node = await nodeForTest()
  const torrent = await torrentOf(node)
  const added = await node.operations.addTorrent({ torrent })
  const [[field, value]] = Object.entries(option) as [[string, unknown]]
  const given = field === 'directory' ? { directory: join(node.directory, String(value)) } : option
  const refused = node.operations.addTorrent({ torrent, strict: true, ratioLimit: 3, ...given } as never)
  await expect(refused).rejects.toMatchObject({ code: 'conflict', field })
  expect(await node.operations.getTorrent({ id: added.torrent!.id })).toMatchObject({ ratioLimit: null })
})

test('the folder where a torrent is in the list already is accepted', async () => {
  const node = await nodeForTest()
  const torrent = await torrentOf(node)
  await node.operations.addTorrent({ torrent, directory: node.directory })
  const again = node.operations.addTorrent({ torrent, directory: node.directory, strict: true })
  expect(await again).toMatchObject({ added: false })
})

test('a plain file has a folder and a label, and no option of torrents', async () => {
  const node = await nodeForTest()
  const server = await FileServer.start((_, response) => response.end('a file'))
  onTestFinished(() => server[Symbol.asyncDispose]())
  const source = `http://${server.host}/file.iso`
  for (const [field, value] of Object.entries({ ...CHANGES, paused: true, tags: ['a'], peers: ['a:1'] })) {
    if (field === 'label') continue
    const refused = node.operations.addTorrent({ source, strict: true, [field]: value })
    await expect(refused, field).rejects.toMatchObject({ code: 'bad-argument', field })
  }
  expect(node.kernel.jobs.list()).toEqual([])
  const { job } = await node.operations.addTorrent({ source, strict: true, label: 'films' })
  expect(job).toMatchObject({ kind: 'download' })
  expect((await node.kernel.jobs.whenEnded(job!.id)).error).toBeNull()
})
