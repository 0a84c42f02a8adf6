/** Automation of a real node: sessions, catalogue, files and programs are real. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Torrent } from '@shoal/api'
import { nodeForTest } from '@shoal/node/node/testing/for-test.ts'
import type { TestNode } from '@shoal/node/node/testing/test-node.ts'
import { torrentFile } from '@shoal/node/node/testing/torrent-file.ts'
import { FileServer, sendFile } from '@shoal/node/node/transfers/testing/file-server.ts'
import { until } from '@shoal/testing'
import { expect, test } from 'vitest'

const torrentOf = (node: TestNode, id: string): Promise<Torrent | null> =>
  node.operations.getTorrent({ id }).catch(() => null)

test('a .torrent in a watch folder, a link to one, and a file over HTTP are downloaded', async () => {
  const node = await nodeForTest()
  const [one, two] = [await torrentFile('one'), await torrentFile('two')]
  const content = Buffer.alloc(300_000, 'x')
  await using server = await FileServer.start((request, response) => {
    if (request.url === '/get?id=2')
      response.writeHead(200, { 'content-type': 'application/x-bittorrent' }).end(two.bytes)
    else sendFile(request, response, content)
  })
  const watched = join(node.folder, 'watched')
  await mkdir(watched)
  const rule = { directory: watched, label: 'seen', paused: true, action: 'delete' as const }
  await node.operations.changeSettings({ automation: { watch: [rule] } })
  await writeFile(join(watched, 'unfinished'), one.bytes)
  await rename(join(watched, 'unfinished'), join(watched, 'one.torrent'))
  expect(await until('it is added', () => torrentOf(node, one.id))).toMatchObject({
    label: 'seen',
    state: 'paused',
  })

  const link = await node.operations.addTorrent({
    source: `${server.url}/get?id=2`,
    paused: true,
    label: 'linked',
  })
  expect(link).toMatchObject({
    added: true,
    job: null,
    torrent: { id: two.id, label: 'linked', state: 'paused' },
  })

  const { job } = await node.operations.addTorrent({ source: `${server.url}/big.iso` })
  expect(job).toMatchObject({ kind: 'download', name: 'big.iso' })
  const ended = await until('it is downloaded', async () => {
    const now = await node.operations.getJob({ id: job!.id })
    return now.endedMs === null ? null : now
  })
  expect(ended).toMatchObject({
    state: 'done',
    path: join(node.directory, 'big.iso'),
    doneBytes: content.length,
  })
  expect(await readFile(ended.path!)).toEqual(content)
  await expect(node.operations.addTorrent({ source: 'gopher://x' })).rejects.toMatchObject({
    code: 'unknown-identifier',
    message: expect.stringContaining('magnet'),
  })
  const look = (source: string) => node.operations.previewTorrent({ source, timeoutSeconds: 60 })
  await expect(look('nonsense of some kind')).rejects.toMatchObject({
    code: 'unknown-identifier',
    field: 'source',
    message: expect.stringContaining('magnet'),
  })
  for (const plain of [`${server.url}/big.iso`, 'ftp://127.0.0.1/big.iso'])
    await expect(look(plain)).rejects.toMatchObject({ code: 'not-a-torrent', field: 'source' })
  expect(await look(`${server.url}/get?id=2`)).toMatchObject({ id: two.id, known: true })
  const { items } = await node.operations.listProtocols({})
  expect(items.map(({ name }) => name)).toEqual(['BitTorrent', 'HTTP', 'FTP'])
})
