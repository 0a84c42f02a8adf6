import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestNode, testNode } from '../testing/test-node.ts'

let node: TestNode
let outside: string

/** A .torrent in the folder. */
async function torrentIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const content = join(folder, 'a.txt')
  await writeFile(content, 'hello')
  const path = join(folder, 'a.torrent')
  await writeFile(path, writeMetainfo(await createTorrent(content, {})))
  return path
}

beforeAll(async () => {
  node = await testNode()
  outside = await torrentIn(await mkdtemp(join(tmpdir(), 'shoal-outside-')))
})
afterAll(async () => {
  await node.end()
  await rm(join(outside, '..'), { recursive: true })
})

const ways = (path: string) => [path, ` ${path}`, pathToFileURL(path).href, relative(process.cwd(), path)]

test('no notation of a path makes the node read a .torrent outside its folders', async () => {
  for (const source of ways(outside))
    for (const ask of [
      () => node.operations.addTorrent({ source }),
      () => node.operations.previewTorrent({ source, timeoutSeconds: 60 }),
    ])
      await expect(ask(), source).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:forbidden-path|unknown-identifier)$/),
        field: 'source',
      })
})

test('pipes, devices and folders are rejected at once', async () => {
  const pipe = join(node.folder, 'pipe.torrent')
  execFileSync('mkfifo', [pipe])
  const device = join(node.folder, 'device.torrent')
  await mkdir(join(node.folder, 'folder.torrent'))
  // Its folder is allowed, but the link's target is a device outside.
  await symlink('/dev/zero', device)
  for (const source of [pipe, join(node.folder, 'folder.torrent')])
    for (const ask of [
      () => node.operations.addTorrent({ source }),
      () => node.operations.previewTorrent({ source, timeoutSeconds: 60 }),
    ])
      await expect(ask(), source).rejects.toMatchObject({ code: 'bad-torrent', field: 'source' })
  await expect(node.operations.addTorrent({ source: device })).rejects.toMatchObject({
    code: 'forbidden-path',
  })
})

test('a .torrent in its folders is read by path or file URL', async () => {
  const inside = await torrentIn(join(node.folder, 'watched'))
  for (const source of ways(inside).slice(0, 3))
    expect(await node.operations.previewTorrent({ source, timeoutSeconds: 60 })).toMatchObject({
      name: 'a.txt',
    })
  expect(await node.operations.addTorrent({ source: inside })).toMatchObject({ added: true })
})
