/**
 * Files that do not belong to a torrent, through the operations of a node, which all interfaces
 * use.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateTorrent } from '@shoal/api'
import { until } from '@shoal/testing'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { nodeForTest } from '../testing/for-test.ts'
import type { TestNode } from '../testing/test-node.ts'

const MINE = 'mine'.repeat(20_000)

/** A complete torrent of the node with a folder `album`. */
async function share(node: TestNode): Promise<string> {
  await mkdir(join(node.directory, 'album'))
  await writeFile(join(node.directory, 'album', 'a.txt'), MINE)
  const path = join(node.directory, 'album')
  const { id } = await node.operations.createTorrent(CreateTorrent.parse({ path }))
  return (await node.kernel.jobs.whenEnded(id)).torrent!
}

/** Adds a paused torrent of another content with the same paths. */
async function addOther(node: TestNode): Promise<string> {
  const folder = join(node.folder, 'other', 'album')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'a.txt'), 'other'.repeat(20_000))
  const torrent = Buffer.from(writeMetainfo(await createTorrent(folder))).toString('base64')
  return (await node.operations.addTorrent({ torrent, paused: true })).torrent!.id
}

const content = (node: TestNode) => readFile(join(node.directory, 'album', 'a.txt'), 'utf8')

test('a torrent that never ran leaves the files of another with the same names', async () => {
  const node = await nodeForTest()
  const first = await share(node)
  const other = await addOther(node)
  await node.operations.renameFile({ id: other, index: 0, path: 'album/b.txt' })
  const target = join(node.directory, 'away')
  await mkdir(target)
  const job = await node.operations.moveTorrent({ id: other, directory: target })
  expect(await node.kernel.jobs.whenEnded(job.id)).toMatchObject({ state: 'done' })
  expect(await content(node)).toBe(MINE)
  await node.operations.actOnTorrents({ ids: [other], action: 'remove-with-data', undo: false })
  expect(await content(node)).toBe(MINE)
  const again = await addOther(node)
  await node.operations.actOnTorrents({ ids: [again], action: 'remove-with-data', undo: false })
  expect(await content(node)).toBe(MINE)
  expect(await node.operations.getTorrent({ id: first })).toMatchObject({ state: 'seeding' })
})

test.each(['pause', 'resume'] as const)(
  'after a start without the drive (%s) a torrent waits for its user',
  async action => {
    let node = await nodeForTest()
    const id = await share(node)
    await node.operations.actOnTorrents({ ids: [id], action })
    const { directory } = node
    const elsewhere = `${directory}-elsewhere`
    await node.close()
    await rename(join(directory, 'album'), elsewhere)
    node = await node.restart()
    await until('it stops', async () => (await node.operations.getTorrent({ id })).state === 'error')
    expect(await node.operations.getTorrent({ id })).toMatchObject({ error: { code: 'not-found' } })
    expect(existsSync(join(directory, 'album'))).toBe(false)
    await rename(elsewhere, join(directory, 'album'))
    await node.operations.actOnTorrents({ ids: [id], action: 'resume' })
    await until('it is back', async () => (await node.operations.getTorrent({ id })).state === 'seeding')
  },
)
