/** A hybrid torrent has two info hashes, and is often known by one of them first. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListTorrents } from '@shoal/api'
import { createTorrent, infoHashText, type Metainfo } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { nodeForTest, seedForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'

async function hybridSeed(): Promise<{ metainfo: Metainfo; v1: string; v2: string; peer: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-seed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'album'))
  await writeFile(join(folder, 'album', 'one.txt'), 'one'.repeat(10_000))
  await writeFile(join(folder, 'album', 'two.txt'), 'two'.repeat(10_000))
  const metainfo = await createTorrent(join(folder, 'album'), { version: 'hybrid' })
  const { peer } = await seedForTest(folder, metainfo)
  const { v1, v2 } = metainfo.info.infoHashes
  return {
    metainfo,
    v1: infoHashText({ v1: v1! }),
    v2: infoHashText({ v2: v2! }),
    peer,
  }
}

const all = async (node: TestNode) => (await node.operations.listTorrents(ListTorrents.parse({}))).items

test('a torrent added by its v2 hash is one entry, found by both hashes, also after a restart', async () => {
  const { v1, v2, peer } = await hybridSeed()
  const node = await nodeForTest()
  await node.operations.addTorrent({ source: `magnet:?xt=urn:btmh:1220${v2}`, peers: [peer], label: 'music' })
  await vi.waitFor(async () => expect(await all(node)).toMatchObject([{ id: v2, progress: 1 }]))
  expect(await node.operations.getTorrent({ id: v1 })).toMatchObject({
    id: v2,
    infoHashV1: v1,
    label: 'music',
  })
  const again = await node.restart()
  await vi.waitFor(async () =>
    expect(await all(again)).toMatchObject([{ infoHashV1: v1, infoHashV2: v2, label: 'music', progress: 1 }]),
  )
  expect((await again.operations.getTorrent({ id: v2 })).id).toBe(
    (await again.operations.getTorrent({ id: v1 })).id,
  )
})

test('entries of both hashes are merged once they are known to be the same', async () => {
  const { v1, v2, peer } = await hybridSeed()
  const node = await nodeForTest()
  await node.operations.addTorrent({ source: v1 })
  await node.operations.addTorrent({ source: `magnet:?xt=urn:btmh:1220${v2}`, peers: [peer] })
  await vi.waitFor(async () =>
    expect(await all(node)).toMatchObject([{ infoHashV1: v1, infoHashV2: v2, progress: 1, error: null }]),
  )
  const again = await node.restart()
  await vi.waitFor(async () =>
    expect(await all(again)).toMatchObject([{ infoHashV1: v1, infoHashV2: v2, progress: 1, error: null }]),
  )
})
