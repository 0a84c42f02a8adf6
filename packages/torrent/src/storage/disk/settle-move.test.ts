import fs from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { settleMove } from '#file-storage'
import { PieceLayout } from '../../metainfo/layout.ts'
import { testFiles } from '../fixtures.ts'
import { listFiles, temporaryFolder } from '../temporary.node.ts'

const layout = new PieceLayout({
  version: 'v1',
  pieceLengthBytes: 1024,
  files: testFiles([
    ['a', 3000],
    ['sub/b', 2000],
    ['sub/c', 500],
  ]),
})
const PATHS = ['.key.parts', 'T/a', 'T/sub/b', 'T/sub/c']

let folder: ReturnType<typeof temporaryFolder>
let from: string
let to: string
beforeEach(() => {
  folder = temporaryFolder()
  from = join(folder.path, 'from')
  to = join(folder.path, 'to')
})
afterEach(() => folder.remove())

function write(root: string, paths: readonly string[], text = 'ours'): void {
  for (const path of paths) {
    fs.mkdirSync(dirname(join(root, path)), { recursive: true })
    fs.writeFileSync(join(root, path), text)
  }
}

const settle = (
  renamed = new Map<number, readonly string[]>(),
  target = to,
  isOwn: (file: number) => boolean = () => true,
) =>
  settleMove({
    layout,
    name: 'key',
    from: { directory: from, renamed: new Map() },
    to: { directory: target, renamed },
    isOwn,
  })

test('a move that had not started is not started', async () => {
  write(from, PATHS)
  expect(await settle()).toBe(false)
  expect(listFiles(from)).toEqual(PATHS)
  expect(fs.existsSync(to)).toBe(false)
})

test.each([1, 2, 3, 4])('a move interrupted after %i renames is finished', async count => {
  write(to, PATHS.slice(0, count))
  write(from, PATHS.slice(count))
  write(from, ['T/mine'], 'not ours')
  expect(await settle()).toBe(true)
  expect(listFiles(to)).toEqual(PATHS)
  expect(listFiles(from)).toEqual(['T/mine'])
  // Settling again changes nothing.
  expect(await settle()).toBe(true)
})

test('removes the folders this leaves empty', async () => {
  write(to, PATHS.slice(0, 2))
  write(from, PATHS.slice(2))
  expect(await settle()).toBe(true)
  expect(fs.existsSync(join(from, 'T'))).toBe(false)
})

test('an interrupted copy changes nothing, because the old files are complete', async () => {
  write(from, PATHS)
  write(to, PATHS.slice(0, 2), 'half a co')
  expect(await settle()).toBe(false)
  expect(listFiles(from)).toEqual(PATHS)
  expect(listFiles(to)).toEqual(PATHS.slice(0, 2))
})

test('copies of an interrupted move are deleted if nothing in them is lost', async () => {
  write(from, PATHS, 'the whole file')
  write(to, ['.key.parts', 'T/a', 'T/sub/b'], 'the whole')
  write(to, ['T/a'], 'the whole file')
  write(to, ['T/sub/c'], 'the wide world')
  write(to, ['T/sub/c.txt'], 'the whole')
  expect(await settle()).toBe(false)
  await vi.waitFor(() => expect(listFiles(to)).toEqual(['T/sub/c', 'T/sub/c.txt']))
  expect(listFiles(from)).toEqual(PATHS)
})

test('a copy that is longer than the file in use is kept', async () => {
  write(from, ['T/a'], 'file')
  write(to, ['T/a', 'T/sub/b'], 'filed')
  write(from, ['T/sub/b'], 'filed')
  expect(await settle()).toBe(false)
  await vi.waitFor(() => expect(listFiles(to)).toEqual(['T/a']))
})

test('finds a renamed file under its new or old name', async () => {
  write(from, PATHS)
  const renamed = new Map([[1, ['T', 'other', 'name']]])
  expect(await settle(renamed, from)).toBe(false)
  fs.mkdirSync(join(from, 'T/other'))
  fs.renameSync(join(from, 'T/sub/b'), join(from, 'T/other/name'))
  expect(await settle(renamed, from)).toBe(true)
  expect(listFiles(from)).toEqual(['.key.parts', 'T/a', 'T/other/name', 'T/sub/c'])
})

test('does not follow a link out of the folder', async () => {
  write(to, ['T/a'])
  write(from, ['T/sub/b'])
  fs.symlinkSync(folder.path, join(to, 'T/sub'))
  await expect(settle()).rejects.toMatchObject({ code: 'unsafe-path' })
  expect(listFiles(from)).toEqual(['T/sub/b'])
})

test("files that are not the torrent's own stay, also copies of its own", async () => {
  write(to, PATHS.slice(0, 2))
  write(from, PATHS.slice(2))
  expect(await settle(new Map(), to, file => file < 2)).toBe(true)
  expect(listFiles(to)).toEqual(PATHS.slice(0, 3))
  expect(listFiles(from)).toEqual(['T/sub/c'])
  write(to, ['T/sub/c'])
  expect(await settle(new Map(), to, file => file < 2)).toBe(true)
  expect(listFiles(to)).toEqual(PATHS)
})
