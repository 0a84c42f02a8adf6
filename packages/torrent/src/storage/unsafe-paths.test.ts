import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createFileStorage, HandlePool } from '#file-storage'
import { PieceLayout } from '../metainfo/layout.ts'
import type { FileEntry } from '../metainfo/metainfo.ts'
import { testFiles } from './fixtures.ts'
import type { Storage } from './storage.ts'
import { listFiles, temporaryFolder } from './temporary.node.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function folder(): string {
  const made = temporaryFolder()
  undo.push(made.remove)
  return made.path
}

function open(files: FileEntry[], directory: string): Storage {
  const layout = new PieceLayout({ version: 'v1', pieceLengthBytes: 1024, files })
  const storage = createFileStorage({ layout, directory, name: 'key', handles: new HandlePool() })
  undo.push(() => storage.close())
  return storage
}

const bytes = new Uint8Array(100).fill(1)
const one = testFiles([['sub/a', 100]])

describe.skipIf(process.platform === 'win32')('links on disk (creating them needs no privilege here)', () => {
  test('does not use a folder that is a link out of the download folder', async () => {
    const directory = folder()
    const outside = folder()
    fs.writeFileSync(join(outside, 'a'), 'secret'.repeat(20))
    fs.mkdirSync(join(directory, 'T'))
    fs.symlinkSync(outside, join(directory, 'T/sub'))
    const storage = open(one, directory)
    storage.own!.add(0)
    for (const call of [
      () => storage.write(0, bytes),
      () => storage.read(0, new Uint8Array(100)),
      () => storage.remove(),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'unsafe-path' })
    expect(fs.readFileSync(join(outside, 'a'), 'utf8')).toMatch(/^secret/)
  })

  test('does not use a folder below such a link', async () => {
    const directory = folder()
    const outside = folder()
    fs.symlinkSync(outside, join(directory, 'T'))
    await expect(open(one, directory).write(0, bytes)).rejects.toMatchObject({ code: 'unsafe-path' })
    expect(fs.readdirSync(outside)).toEqual([])
  })

  test('does not write through a file that is a link', async () => {
    const directory = folder()
    const outside = join(folder(), 'precious')
    fs.writeFileSync(outside, 'precious')
    fs.mkdirSync(join(directory, 'T/sub'), { recursive: true })
    for (const target of [outside, join(outside, '../nowhere'), '../other']) {
      fs.symlinkSync(target, join(directory, 'T/sub/a'))
      const storage = open(one, directory)
      await expect(storage.write(0, bytes)).rejects.toMatchObject({ code: 'unsafe-path' })
      await expect(storage.read(0, new Uint8Array(100))).rejects.toMatchObject({ code: 'unsafe-path' })
      expect((await storage.stamps())[0]!.size).toBe(-1)
      fs.unlinkSync(join(directory, 'T/sub/a'))
    }
    expect(fs.readFileSync(outside, 'utf8')).toBe('precious')
    expect(fs.existsSync(join(outside, '../nowhere'))).toBe(false)
  })

  test('uses a link that stays inside the download folder', async () => {
    const directory = folder()
    fs.mkdirSync(join(directory, 'T/real'), { recursive: true })
    fs.symlinkSync('real', join(directory, 'T/sub'))
    const storage = open(one, directory)
    await storage.write(0, bytes)
    expect(listFiles(join(directory, 'T/real'))).toEqual(['a'])
  })

  test('rejects a dangling link in place of a folder', async () => {
    const directory = folder()
    fs.symlinkSync('nowhere', join(directory, 'T'))
    await expect(open(one, directory).write(0, bytes)).rejects.toMatchObject({ code: 'unsafe-path' })
  })

  test('the download folder itself may be a link', async () => {
    const directory = folder()
    fs.mkdirSync(join(directory, 'real'))
    fs.symlinkSync('real', join(directory, 'link'))
    await open(one, join(directory, 'link')).write(0, bytes)
    expect(listFiles(join(directory, 'real'))).toEqual(['T/sub/a'])
  })
})

test.skipIf(process.platform === 'win32')(
  'a folder in place of a file is rejected, and a pipe does not block',
  async () => {
    const directory = folder()
    fs.mkdirSync(join(directory, 'T/sub/a'), { recursive: true })
    const storage = open(one, directory)
    await expect(storage.write(0, bytes)).rejects.toMatchObject({ code: 'unsafe-path' })
    await expect(storage.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'unsafe-path' })
    fs.rmdirSync(join(directory, 'T/sub/a'))
    execFileSync('mkfifo', [join(directory, 'T/sub/a')])
    await expect(storage.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'unsafe-path' })
    await expect(storage.write(0, bytes)).rejects.toMatchObject({ code: 'unsafe-path' })
  },
)

describe.skipIf(process.platform === 'win32')('links of the torrent (BEP 47)', () => {
  const files = testFiles([
    ['data/a', 100],
    ['data/b', 100],
    ['to-file', 0, ['data', 'a']],
    ['sub/to-folder', 0, ['data']],
    ['to-nothing', 0, ['missing']],
    ['to-link', 0, ['to-file']],
    ['data/to-own-folder', 0, ['data']],
    ['data/up', 0, ['..', '..', 'etc', 'passwd']],
  ])

  test('are created if they stay inside the torrent; others are omitted', async () => {
    const directory = folder()
    const storage = open(files, directory)
    await storage.write(0, new Uint8Array(200).fill(3))
    await storage.flush()
    expect(listFiles(directory)).toEqual(['T/data/a', 'T/data/b', 'T/sub/to-folder', 'T/to-file'])
    expect(fs.readlinkSync(join(directory, 'T/to-file'))).toBe('data/a')
    expect(fs.readlinkSync(join(directory, 'T/sub/to-folder'))).toBe('../data')
    // Their target is renamed.
    await storage.rename(new Map([[0, ['T', 'data', 'c']]]))
    expect(fs.readlinkSync(join(directory, 'T/to-file'))).toBe('data/c')
    const moved = join(folder(), 'x')
    await storage.move(moved)
    expect(listFiles(moved)).toEqual(['T/data/b', 'T/data/c', 'T/sub/to-folder', 'T/to-file'])
    await storage.remove()
    expect(fs.readdirSync(moved)).toEqual([])
  })
})
