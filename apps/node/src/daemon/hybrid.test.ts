/** A hybrid torrent has two info hashes, and is often known by one of them first. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListTorrents } from '@shoal/api'
import { createTorrent, infoHashText, type Metainfo, Session } from '@shoal/torrent'
import { afterEach, expect, test, vi } from 'vitest'
import { type TestNode, testNode } from './testing/test-node.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function hybridSeed(): Promise<{ metainfo: Metainfo; v1: string; v2: string; peer: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-seed-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'album'))
  await writeFile(join(folder, 'album', 'one.txt'), 'one'.repeat(10_000))
  await writeFile(join(folder, 'album', 'two.txt'), 'two'.repeat(10_000))
  const metainfo = await createTorrent(join(folder, 'album'), { version: 'hybrid' })
  const session = await Session.open({
    directory: folder,
    port: 0,
    host: '127.0.0.1',
    dht: false,
    lsd: false,
  })
  ends.push(() => session.close())
  await session.add(metainfo, { trusted: true })
  const { v1, v2 } = metainfo.info.infoHashes
  return {
    metainfo,
    v1: infoHashText({ v1: v1! }),
    v2: infoHashText({ v2: v2! }),
    peer: `127.0.0.1:${session.port}`,
  }
}

async function open(): Promise<TestNode> {
  let node = await testNode()
  ends.push(() => node.end())
  return {
    ...node,
    async restart() {
      node = await node.restart()
      return node
    },
  }
}

const all = async (node: TestNode) => (await node.operations.listTorrents(ListTorrents.parse({}))).items

test('one that was added by its v2 hash is found by both, also after a restart, and is one entry', async () => {
  const { v1, v2, peer } = await hybridSeed()
  const node = await open()
  await node.operations.addTorrent({ source: `magnet:?xt=urn:btmh:1220${v2}`, peers: [peer], label: 'music' })
  await vi.waitFor(async () => expect(await all(node)).toMatchObject([{ id: v2, progress: 1 }]), {
    timeout: 10_000,
  })
  expect(await node.operations.getTorrent({ id: v1 })).toMatchObject({
    id: v2,
    infoHashV1: v1,
    label: 'music',
  })
  const again = await node.restart()
  await vi.waitFor(
    async () =>
      expect(await all(again)).toMatchObject([
        { infoHashV1: v1, infoHashV2: v2, label: 'music', progress: 1 },
      ]),
    { timeout: 5000 },
  )
  expect((await again.operations.getTorrent({ id: v2 })).id).toBe(
    (await again.operations.getTorrent({ id: v1 })).id,
  )
})

test('added by either hash, it becomes one entry as soon as it is known that both are the same', async () => {
  const { v1, v2, peer } = await hybridSeed()
  const node = await open()
  await node.operations.addTorrent({ source: v1 })
  await node.operations.addTorrent({ source: `magnet:?xt=urn:btmh:1220${v2}`, peers: [peer] })
  await vi.waitFor(
    async () =>
      expect(await all(node)).toMatchObject([{ infoHashV1: v1, infoHashV2: v2, progress: 1, error: null }]),
    { timeout: 10_000 },
  )
  const again = await node.restart()
  await vi.waitFor(
    async () =>
      expect(await all(again)).toMatchObject([{ infoHashV1: v1, infoHashV2: v2, progress: 1, error: null }]),
    { timeout: 5000 },
  )
})
