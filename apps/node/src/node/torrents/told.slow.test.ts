import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateTorrent } from '@shoal/api'
import { expect, test, vi } from 'vitest'
import { nodeForTest, seedForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'

/** A node with one torrent, and its log from then on. */
async function open() {
  const node = await nodeForTest()
  await mkdir(node.directory, { recursive: true })
  await writeFile(join(node.directory, 'film.mkv'), 'f'.repeat(50_000))
  const job = await node.operations.createTorrent(
    CreateTorrent.parse({ path: join(node.directory, 'film.mkv') }),
  )
  const { torrent: id } = await node.kernel.jobs.whenEnded(job.id)
  const told: string[] = []
  vi.spyOn(node.kernel.log, 'info').mockImplementation(message => void told.push(message))
  vi.spyOn(node.kernel.log, 'warn').mockImplementation(message => void told.push(message))
  return { node, id: id!, told }
}

async function move({ operations, kernel }: TestNode, id: string, directory: string): Promise<void> {
  const job = await operations.moveTorrent({ id, directory })
  await kernel.jobs.whenEnded(job.id)
}

test('the log has every requested pause, resume and move, and the result of moves', async () => {
  const { node, id, told } = await open()
  const { operations, folder } = node
  await operations.actOnTorrents({ ids: [id], action: 'pause' })
  await operations.actOnTorrents({ ids: [id], action: 'resume' })
  await operations.actOnTorrents({ ids: [id], action: 'start' })
  const target = join(folder, 'films')
  await move(node, id, target)
  await mkdir(join(folder, 'taken', 'film.mkv'), { recursive: true })
  await move(node, id, join(folder, 'taken'))
  expect(told.slice(0, 4)).toEqual([
    'film.mkv was paused',
    'film.mkv was resumed',
    'film.mkv was started ahead of the queue',
    `film.mkv was moved to ${target}`,
  ])
  expect(told[4]).toMatch(/^film\.mkv could not be moved to .*taken: /)
})

test('peers that are added while a torrent is paused are used once it runs', async () => {
  const { node, id } = await open()
  const { metainfo } = node.torrents.registry.get(id).api
  const { peer } = await seedForTest(node.directory, metainfo!)
  const other = await nodeForTest()
  await other.operations.addTorrent({ source: id, paused: true })
  await other.operations.addPeers({ id, addresses: [peer] })
  expect((await other.operations.listPeers({ id })).items).toEqual([])
  await other.operations.actOnTorrents({ ids: [id], action: 'resume' })
  await vi.waitFor(async () =>
    expect(await other.operations.getTorrent({ id })).toMatchObject({ progress: 1 }),
  )
})
