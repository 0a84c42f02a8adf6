import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createFileStorage, HandlePool } from '#file-storage'
import { ShoalError } from '../../base/errors.ts'
import { seededRandom } from '../../base/random.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import type { FileEntry } from '../../metainfo/metainfo.ts'
import { testStorage } from '../compliance.ts'
import { testFiles } from '../fixtures.ts'
import type { Storage, StoredSegment } from '../storage.ts'
import { listFiles, temporaryFolder } from '../temporary.node.ts'
import type { FileStorageOptions } from './file-storage.node.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function folder(): string {
  const made = temporaryFolder()
  undo.push(made.remove)
  return made.path
}

function layoutOf(files: FileEntry[], pieceLengthBytes = 1024): PieceLayout {
  return new PieceLayout({ version: 'v1', pieceLengthBytes, files })
}

function open(layout: PieceLayout, directory: string, options: Partial<FileStorageOptions> = {}): Storage {
  const storage = createFileStorage({
    layout,
    directory,
    name: 'key',
    handles: new HandlePool(),
    ...options,
  })
  undo.push(() => storage.close())
  return storage
}

/** Fills the complete torrent with bytes from a seed and returns them. */
async function fill(storage: Storage, layout: PieceLayout): Promise<Uint8Array> {
  const content = seededRandom(7).bytes(layout.totalBytes)
  for (const file of layout.files)
    if (file.pad) content.fill(0, file.offsetBytes, file.offsetBytes + file.lengthBytes)
  for (let at = 0; at < content.length; at += layout.pieceLengthBytes)
    await storage.write(at, content.subarray(at, at + layout.pieceLengthBytes))
  return content
}

async function readAll(storage: Storage, layout: PieceLayout): Promise<Uint8Array> {
  const into = new Uint8Array(layout.totalBytes)
  await storage.read(0, into)
  return into
}

/** Reads the bytes as the hash pool does. */
function readSegments(segments: readonly StoredSegment[] | null): Uint8Array {
  return Buffer.concat(
    segments!.map(({ path, offset, length }) =>
      path === null ? Buffer.alloc(length) : fs.readFileSync(path).subarray(offset, offset + length),
    ),
  )
}

testStorage('file storage', async layout => {
  const made = temporaryFolder()
  const handles = new HandlePool(3)
  const storage = createFileStorage({ layout, directory: join(made.path, 'a'), name: 'key', handles })
  return {
    storage,
    elsewhere: join(made.path, 'b', 'c'),
    async cleanUp() {
      await storage.close()
      // No descriptor outlives the storage.
      expect(handles.openCount).toBe(0)
      await made.remove()
    },
  }
})

describe('a file that somebody else changes', () => {
  const layout = layoutOf(
    testFiles([
      ['a', 1000],
      ['b', 3000],
    ]),
  )

  /** Storage that is full and flushed. */
  async function flushed() {
    const directory = folder()
    const storage = open(layout, directory)
    const content = await fill(storage, layout)
    await storage.flush()
    return { storage, directory, content, touch: () => fs.utimesSync(storage.pathOf(1)!, 1, 1) }
  }

  test('is noticed when the stamps are read, and is not read until it is verified', async () => {
    const { storage, touch } = await flushed()
    touch()
    const stamps = await storage.stamps()
    expect([...storage.changes!.files]).toEqual([1])
    await storage.read(0, new Uint8Array(1000))
    await expect(storage.read(1000, new Uint8Array(10))).rejects.toMatchObject({ code: 'io' })
    storage.changes!.verified(stamps)
    await storage.read(1000, new Uint8Array(10))
    expect(storage.changes!.files.size).toBe(0)
  })

  test('is noticed when it is opened, and by a read that is made at the same time', async () => {
    const { storage, directory, touch } = await flushed()
    await storage.close()
    const again = open(layout, directory)
    again.changes!.verified(await again.stamps())
    touch()
    const reads = [1000, 2000].map(offset => again.read(offset, new Uint8Array(10)))
    for (const { status } of await Promise.allSettled(reads)) expect(status).toBe('rejected')
  })

  test('is not noticed while the torrent itself has unflushed writes to it', async () => {
    const { storage, content, touch } = await flushed()
    await storage.write(1000, content.subarray(1000, 1010))
    touch()
    await storage.stamps()
    expect(storage.changes!.files.size).toBe(0)
    await storage.flush()
    touch()
    fs.utimesSync(storage.pathOf(1)!, 2, 2)
    await storage.stamps()
    expect([...storage.changes!.files]).toEqual([1])
  })

  test('is not looked for any more once the signal is aborted', async () => {
    const { storage } = await flushed()
    const abort = new AbortController()
    const looked: number[] = []
    const only = (file: number) => {
      looked.push(file)
      if (looked.length === 2) abort.abort(new ShoalError('closed', 'enough'))
      return true
    }
    await expect(storage.stamps({ only, signal: abort.signal })).rejects.toBe(abort.signal.reason)
    expect(looked).toEqual([0, 1])
    expect(await storage.stamps()).toHaveLength(layout.files.length)
  })

  test('is noticed although a check began before the change', async () => {
    const { storage, touch } = await flushed()
    const stamps = await storage.stamps()
    touch()
    storage.changes!.verified(stamps)
    await storage.stamps()
    expect([...storage.changes!.files]).toEqual([1])
  })

  test('is distinguished from bytes that the torrent moves out of its hidden file', async () => {
    const storage = open(layout, folder())
    await storage.setWanted([true, false])
    await fill(storage, layout)
    storage.changes!.verified(await storage.stamps())
    await storage.setWanted([true, true])
    await storage.stamps()
    await storage.flush()
    await storage.stamps()
    expect(storage.changes!.files.size).toBe(0)
    fs.utimesSync(storage.pathOf(1)!, 1, 1)
    await storage.stamps()
    expect([...storage.changes!.files]).toEqual([1])
  })

  test('is distinguished from a reservation that was cancelled', async () => {
    const large = layoutOf(testFiles([['large', 64 << 20]]), 1 << 20)
    const directory = folder()
    fs.mkdirSync(join(directory, 'T'))
    fs.writeFileSync(join(directory, 'T/large'), new Uint8Array(1000))
    const storage = open(large, directory, { preallocate: true })
    storage.changes!.verified(await storage.stamps())
    storage.own!.add(0)
    const writing = storage.write(0, new Uint8Array(10)).catch(error => error)
    while (fs.statSync(storage.pathOf(0)!).size === 1000) await new Promise(setImmediate)
    storage.setReserving(false)
    expect(await writing).toMatchObject({ code: 'cancelled' })
    await storage.stamps()
    expect(storage.changes!.files.size).toBe(0)
  })
})

describe('file storage on disk', () => {
  const layout = layoutOf(
    testFiles([
      ['a', 100],
      ['sub/b', 3000],
      ['pad', 996, 'pad'],
      ['c', 2000, 'executable'],
      ['sub/empty', 0],
    ]),
  )

  test('opens and creates nothing until it is used', async () => {
    const directory = folder()
    const handles = new HandlePool()
    const storage = open(layout, join(directory, 'x'), { handles })
    expect(await storage.stamps()).toHaveLength(5)
    expect(storage.segments(0, 10)).toHaveLength(1)
    await storage.flush()
    await storage.setWanted(layout.files.map(() => true))
    expect(handles.openCount).toBe(0)
    expect(listFiles(directory)).toEqual([])
  })

  test('writes each file under its name, with the right bytes, length and mode', async () => {
    const directory = folder()
    const storage = open(layout, directory)
    const content = await fill(storage, layout)
    expect(listFiles(directory)).toEqual(['T/a', 'T/c', 'T/sub/b', 'T/sub/empty'])
    await storage.flush()
    expect(Uint8Array.from(fs.readFileSync(join(directory, 'T/sub/b')))).toEqual(content.slice(100, 3100))
    expect(fs.statSync(join(directory, 'T/c')).size).toBe(2000)
    if (process.platform !== 'win32') {
      expect(fs.statSync(join(directory, 'T/c')).mode & 0o100).toBe(0o100)
      expect(fs.statSync(join(directory, 'T/a')).mode & 0o111).toBe(0)
    }
    expect(storage.pathOf(0)).toBe(join(directory, 'T/a'))
    expect(storage.pathOf(2)).toBe(null)
    expect(readSegments(storage.segments(50, 5000))).toEqual(Buffer.from(content.slice(50, 5050)))
  })

  test('uses the files of an earlier run', async () => {
    const directory = folder()
    const first = open(layout, directory)
    const content = await fill(first, layout)
    await first.close()
    expect(await readAll(open(layout, directory), layout)).toEqual(content)
  })

  test('truncates a file that is too long', async () => {
    const directory = folder()
    fs.mkdirSync(join(directory, 'T'))
    fs.writeFileSync(join(directory, 'T/a'), new Uint8Array(5000))
    const storage = open(layout, directory)
    storage.own!.add(0)
    const content = await fill(storage, layout)
    expect(Uint8Array.from(fs.readFileSync(join(directory, 'T/a')))).toEqual(content.slice(0, 100))
  })

  test('preallocates whole files on request', async () => {
    const directory = folder()
    const storage = open(layout, directory, { preallocate: true })
    await storage.write(100, new Uint8Array(10).fill(1))
    const stat = fs.statSync(join(directory, 'T/sub/b'))
    expect(stat.size).toBe(3000)
    if (process.platform !== 'win32') expect(stat.blocks * 512).toBeGreaterThanOrEqual(3000)
  })

  test('cancels a reservation on request and then writes without one', async () => {
    const directory = folder()
    const large = new PieceLayout({
      version: 'v1',
      pieceLengthBytes: 1 << 20,
      files: testFiles([['large', 64 << 20]]),
    })
    const storage = open(large, directory, { preallocate: true })
    const size = () => fs.statSync(storage.pathOf(0)!, { throwIfNoEntry: false })?.size ?? 0
    const writing = storage.write(0, new Uint8Array(10)).catch(error => error)
    while (size() === 0) await new Promise(setImmediate)
    storage.setReserving(false)
    expect(await writing).toMatchObject({ code: 'cancelled' })
    const reached = size()
    await storage.write(0, new Uint8Array(10))
    expect(size()).toBe(reached)
    expect(reached).toBeLessThan(64 << 20)
  })

  test('does not recreate a file that was deleted while in use', async () => {
    const directory = folder()
    const storage = open(layout, directory, { handles: new HandlePool(1) })
    await fill(storage, layout)
    fs.unlinkSync(join(directory, 'T/a'))
    await expect(storage.write(0, new Uint8Array(10))).rejects.toMatchObject({ code: 'not-found' })
    // The stamps reveal that the file is missing, so it may be created again.
    expect((await storage.stamps())[0]!.size).toBe(-1)
    await storage.write(0, new Uint8Array(100).fill(5))
    expect(fs.statSync(join(directory, 'T/a')).size).toBe(100)
  })

  test('deletes only its own files and the folders this leaves empty', async () => {
    const directory = folder()
    const storage = open(layout, directory)
    await fill(storage, layout)
    await storage.flush()
    fs.writeFileSync(join(directory, 'T/mine.txt'), 'mine')
    fs.writeFileSync(join(directory, 'other'), 'other')
    await storage.remove()
    expect(listFiles(directory)).toEqual(['T/mine.txt', 'other'])
    expect(fs.existsSync(join(directory, 'T/sub'))).toBe(false)
  })

  test('a renamed file is found again under its new path', async () => {
    const directory = folder()
    const storage = open(layout, directory)
    const content = await fill(storage, layout)
    await storage.rename(new Map([[1, ['T', 'other', 'name']]]))
    await storage.close()
    expect(listFiles(directory)).toEqual(['T/a', 'T/c', 'T/other/name', 'T/sub/empty'])
    const renamed = new Map([[1, ['T', 'other', 'name']]])
    expect(await readAll(open(layout, directory, { renamed }), layout)).toEqual(content)
  })

  test('rejects a new name that is taken', async () => {
    const directory = folder()
    const storage = open(layout, directory)
    const content = await fill(storage, layout)
    for (const path of [['T', 'c'], ['T'], ['T', 'a', 'x'], ['.KEY.parts']])
      await expect(storage.rename(new Map([[1, path]]))).rejects.toMatchObject({ code: 'bad-argument' })
    fs.writeFileSync(join(directory, 'taken'), 'mine')
    await expect(storage.rename(new Map([[1, ['taken']]]))).rejects.toMatchObject({ code: 'io' })
    expect(fs.readFileSync(join(directory, 'taken'), 'utf8')).toBe('mine')
    expect(await readAll(storage, layout)).toEqual(content)
  })

  test('ignores renames of an earlier run that collide with another file', async () => {
    const directory = folder()
    const storage = open(layout, directory, { renamed: new Map([[1, ['T', 'a']]]) })
    await fill(storage, layout)
    expect(listFiles(directory)).toEqual(['T/a', 'T/c', 'T/sub/b', 'T/sub/empty'])
  })
})

describe('unwanted files', () => {
  // Pieces of 1024 bytes: `b` is inside the second, `c` begins there and ends in the fifth.
  const layout = layoutOf(
    testFiles([
      ['a', 1100],
      ['b', 200],
      ['c', 3000],
      ['d', 2000],
    ]),
  )
  const some = [true, false, false, true]
  const all = [true, true, true, true]

  test('are not created; their bytes are kept in a hidden file', async () => {
    const directory = folder()
    const storage = open(layout, directory)
    await storage.setWanted(some)
    const content = await fill(storage, layout)
    await storage.flush()
    expect(listFiles(directory)).toEqual(['.key.parts', 'T/a', 'T/d'])
    expect(readSegments(storage.segments(0, content.length))).toEqual(Buffer.from(content))
    expect(storage.pathOf(2)).toBe(null)
    await storage.setWanted(all)
    expect(listFiles(directory)).toEqual(['T/a', 'T/b', 'T/c', 'T/d'])
    expect(readSegments(storage.segments(0, content.length))).toEqual(Buffer.from(content))
  })

  test('are found by the next run, wanted or not', async () => {
    const directory = folder()
    const first = open(layout, directory)
    await first.setWanted(some)
    const content = await fill(first, layout)
    const stamps = await first.stamps()
    await first.close()
    const second = open(layout, directory)
    await second.setWanted(some)
    expect(await second.stamps()).toEqual(stamps)
    expect(readSegments(second.segments(0, content.length))).toEqual(Buffer.from(content))
    await second.setWanted([true, true, false, true])
    expect(listFiles(directory)).toEqual(['.key.parts', 'T/a', 'T/b', 'T/d'])
    expect(await readAll(second, layout)).toEqual(content)
    await second.close()
    // Without a call of setWanted, the bytes are read from the part file.
    const third = open(layout, directory)
    expect(await readAll(third, layout)).toEqual(content)
    expect(readSegments(third.segments(0, content.length))).toEqual(Buffer.from(content))
  })

  test('change their stamps if the hidden file is deleted', async () => {
    const directory = folder()
    const first = open(layout, directory)
    await first.setWanted(some)
    await fill(first, layout)
    expect((await first.stamps()).map(stamp => stamp.size)).toEqual([1100, 200, 3000, 2000])
    await first.close()
    fs.unlinkSync(join(directory, '.key.parts'))
    const second = open(layout, directory)
    await second.setWanted(some)
    expect((await second.stamps()).map(stamp => stamp.size)).toEqual([1100, -1, -1, 2000])
  })

  test('that exist as files continue to use them', async () => {
    const directory = folder()
    const storage = open(layout, directory)
    const content = await fill(storage, layout)
    await storage.setWanted(some)
    await storage.write(1024, content.subarray(1024, 2048))
    expect(listFiles(directory)).toEqual(['T/a', 'T/b', 'T/c', 'T/d'])
    expect(await readAll(storage, layout)).toEqual(content)
  })

  test('do not use a part file of another torrent', async () => {
    const directory = folder()
    fs.writeFileSync(join(directory, '.key.parts'), 'something else entirely')
    const storage = open(layout, directory)
    await storage.setWanted(some)
    await expect(storage.read(1100, new Uint8Array(10))).rejects.toMatchObject({ code: 'not-found' })
    const content = await fill(storage, layout)
    expect(await readAll(storage, layout)).toEqual(content)
  })

  test('are moved and deleted with the torrent', async () => {
    const directory = folder()
    const storage = open(layout, join(directory, 'x'))
    await storage.setWanted(some)
    const content = await fill(storage, layout)
    await storage.move(join(directory, 'y'))
    expect(listFiles(directory)).toEqual(['y/.key.parts', 'y/T/a', 'y/T/d'])
    expect(await readAll(storage, layout)).toEqual(content)
    await storage.remove()
    expect(listFiles(directory)).toEqual([])
  })
})
