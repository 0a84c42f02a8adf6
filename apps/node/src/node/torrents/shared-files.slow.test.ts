/** Two torrents of a node with one file in common, known by its root of pieces (BEP 52). */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { createTorrent, infoHashText, type Metainfo, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nodeForTest, seedForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'

const COMMON = Buffer.from('common'.repeat(50_000))

interface Shared {
  readonly metainfo: Metainfo
  readonly id: string
  readonly peer: string
}

/** A torrent of the common file and another one, and a peer that lacks the files named. */
async function seed(name: string, lacking: string[] = []): Promise<Shared> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-seed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'common.bin'), COMMON)
  await writeFile(join(folder, name, 'own.txt'), name.repeat(30_000))
  const metainfo = await createTorrent(join(folder, name), { version: 'hybrid' })
  for (const file of lacking) await rm(join(folder, name, file))
  const { peer, session } = await seedForTest(folder, metainfo)
  if (lacking.length > 0) await session.torrents[0]!.recheck()
  const { v1 } = metainfo.info.infoHashes
  return { metainfo, id: infoHashText({ v1: v1! }), peer }
}

async function add(
  node: TestNode,
  { metainfo, peer }: Shared,
  options: { paused?: boolean } = {},
): Promise<void> {
  const content = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  await node.operations.addTorrent({ torrent: content, peers: [peer], ...options })
}

test('two separate swarms complete two torrents together, and the files say where they are', async () => {
  const node = await nodeForTest()
  const whole = await seed('whole')
  // No peer in its swarm has the common file.
  const partial = await seed('partial', ['common.bin'])
  await add(node, partial)
  await add(node, whole)
  const torrent = (id: string) => node.operations.getTorrent({ id })
  await vi.waitFor(
    async () =>
      expect(await Promise.all([torrent(whole.id), torrent(partial.id)])).toMatchObject([
        { progress: 1 },
        { progress: 1 },
      ]),
    { timeout: limitMs(30) },
  )
  const { items } = await node.operations.listFiles({ id: partial.id, limit: 10 })
  expect(items.map(({ path, copies }) => [path, copies])).toEqual([
    [
      'partial/common.bin',
      [{ id: whole.id, name: 'whole', path: 'whole/common.bin', takenBytes: COMMON.length }],
    ],
    ['partial/own.txt', []],
  ])
  const sources = await node.operations.listSources({ id: partial.id })
  expect(sources.items.find(({ kind }) => kind === 'disk')).toMatchObject({
    sources: 1,
    downloadedBytes: COMMON.length,
  })
  expect(await readFile(join(node.directory, 'partial', 'common.bin'))).toEqual(COMMON)
})

test('files of other torrents are a source that can be switched off, also across a restart', async () => {
  let node = await nodeForTest()
  const [whole, partial] = [await seed('whole'), await seed('partial', ['common.bin'])]
  const torrent = (id: string) => node.operations.getTorrent({ id })
  const completes = (id: string) =>
    vi.waitFor(async () => expect(await torrent(id)).toMatchObject({ progress: 1 }), { timeout: limitMs(30) })
  await add(node, whole)
  await completes(whole.id)
  await add(node, partial, { paused: true })
  await node.operations.updateTorrent({ id: partial.id, sourcesOff: ['disk'] })
  await node.operations.actOnTorrents({ ids: [partial.id], action: 'resume' })
  // Its own peers have everything but the common file.
  const { files } = node.engine.torrents.find(({ name }) => name === 'partial')!
  await vi.waitFor(() => expect(files[1]!.haveBytes).toBe(files[1]!.lengthBytes), { timeout: limitMs(30) })
  expect(files[0]!.haveBytes).toBe(0)
  node = await node.restart()
  expect((await torrent(partial.id)).sourcesOff).toEqual(['disk'])
  await node.operations.updateTorrents({ ids: [partial.id], sourcesOff: [] })
  await completes(partial.id)
})
