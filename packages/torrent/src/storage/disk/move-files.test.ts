import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createFileStorage, HandlePool } from '#file-storage'
import { seededRandom } from '../../base/random.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import { testFiles } from '../fixtures.ts'
import type { Storage } from '../storage.ts'
import { listFiles, temporaryFolder } from '../temporary.node.ts'

const PIECE = 65536
const layout = new PieceLayout({
  version: 'v1',
  pieceLengthBytes: PIECE,
  files: testFiles([
    ['a', 3_000_000],
    ['sub/b', 2_000_000],
    ['sub/c', 50_000],
    ['empty', 0],
  ]),
})
const content = seededRandom(1).bytes(layout.totalBytes)
const other = otherFileSystem()

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function folder(parent?: string): string {
  const made = temporaryFolder(parent)
  undo.push(made.remove)
  return made.path
}

async function filled(): Promise<{ storage: Storage; from: string }> {
  const from = folder()
  const storage = createFileStorage({ layout, directory: from, name: 'key', handles: new HandlePool() })
  undo.push(() => storage.close())
  for (let piece = 0; piece < layout.pieceCount; piece++) await writePiece(storage, piece, content)
  return { storage, from }
}

function writePiece(storage: Storage, piece: number, bytes: Uint8Array): Promise<void> {
  return storage.write(piece * PIECE, bytes.subarray(piece * PIECE, (piece + 1) * PIECE))
}

async function readAll(storage: Storage): Promise<Uint8Array> {
  const into = new Uint8Array(layout.totalBytes)
  await storage.read(0, into)
  return into
}

/** A writable folder on another file system than the temporary folder, if this machine has one. */
function otherFileSystem(): string | null {
  try {
    const device = fs.statSync(temporaryParent()).dev
    return fs.statSync('/dev/shm').dev === device ? null : '/dev/shm'
  } catch {
    return null
  }
}

function temporaryParent(): string {
  const made = temporaryFolder()
  void made.remove()
  return join(made.path, '..')
}

describe('moving on one file system', () => {
  test('moves all files of the torrent and leaves others', async () => {
    const { storage, from } = await filled()
    await storage.flush()
    fs.writeFileSync(join(from, 'T/mine'), 'mine')
    const to = join(folder(), 'new/place')
    await storage.move(to)
    expect(listFiles(from)).toEqual(['T/mine'])
    expect(fs.existsSync(join(from, 'T/sub'))).toBe(false)
    expect(listFiles(to)).toEqual(['T/a', 'T/empty', 'T/sub/b', 'T/sub/c'])
    expect(storage.pathOf(0)).toBe(join(to, 'T/a'))
    expect(Buffer.compare(await readAll(storage), content)).toBe(0)
  })

  test('does not replace a foreign file and leaves everything where it was', async () => {
    const { storage, from } = await filled()
    const to = folder()
    fs.mkdirSync(join(to, 'T/sub'), { recursive: true })
    fs.writeFileSync(join(to, 'T/sub/c'), 'mine')
    await expect(storage.move(to)).rejects.toMatchObject({ code: 'io' })
    expect(listFiles(to)).toEqual(['T/sub/c'])
    expect(listFiles(from)).toEqual(['T/a', 'T/empty', 'T/sub/b', 'T/sub/c'])
    expect(Buffer.compare(await readAll(storage), content)).toBe(0)
  })

  test('moves files back if a later one cannot be moved', async () => {
    const { storage, from } = await filled()
    const to = folder()
    fs.mkdirSync(join(to, 'T'))
    // A file in place of the folder.
    fs.writeFileSync(join(to, 'T/sub'), '')
    await expect(storage.move(to)).rejects.toMatchObject({ code: 'unsafe-path' })
    expect(listFiles(from)).toEqual(['T/a', 'T/empty', 'T/sub/b', 'T/sub/c'])
    expect(listFiles(to)).toEqual(['T/sub'])
    expect(Buffer.compare(await readAll(storage), content)).toBe(0)
  })

  test('calls moved before the old folder is cleaned up', async () => {
    const { storage, from } = await filled()
    const to = folder()
    const seen: string[][] = []
    await storage.move(to, {
      moved: async () => {
        seen.push(listFiles(to))
        // The gate is open, so that the recorder can read from the storage.
        await Promise.all([storage.flush(), storage.stamps()])
      },
    })
    expect(seen).toEqual([['T/a', 'T/empty', 'T/sub/b', 'T/sub/c']])
    expect(fs.existsSync(join(from, 'T'))).toBe(false)
  })

  test('to the same folder does nothing', async () => {
    const { storage, from } = await filled()
    await storage.move(join(from, '.'))
    expect(Buffer.compare(await readAll(storage), content)).toBe(0)
  })
})

describe.skipIf(other === null)(
  'moving to another file system (needs /dev/shm in addition to the temporary folder)',
  () => {
    test('copies everything, then deletes the old files', async () => {
      const { storage, from } = await filled()
      await storage.flush()
      const to = folder(other!)
      const told: { doneBytes: number; totalBytes: number }[] = []
      await storage.move(to, { onProgress: progress => told.push(progress) })
      expect(listFiles(from)).toEqual([])
      expect(listFiles(to)).toEqual(['T/a', 'T/empty', 'T/sub/b', 'T/sub/c'])
      expect(Buffer.compare(await readAll(storage), content)).toBe(0)
      const totalBytes = layout.files.reduce((sum, { pad, lengthBytes }) => sum + (pad ? 0 : lengthBytes), 0)
      expect(told.at(-1)).toEqual({ doneBytes: totalBytes, totalBytes })
    })

    test('knows the stamps of the copies, and still notices who changes one', async () => {
      const { storage } = await filled()
      await storage.flush()
      await storage.move(folder(other!))
      expect(Buffer.compare(await readAll(storage), content)).toBe(0)
      await storage.stamps()
      expect(storage.changes!.files.size).toBe(0)
      fs.utimesSync(storage.pathOf(1)!, 1, 1)
      await storage.stamps()
      expect([...storage.changes!.files]).toEqual([1])
      await expect(storage.read(3_000_000, new Uint8Array(1))).rejects.toMatchObject({ code: 'io' })
    })

    test('keeps in mind which files were changed before the move', async () => {
      const { storage } = await filled()
      await storage.flush()
      fs.utimesSync(storage.pathOf(1)!, 1, 1)
      await storage.move(folder(other!))
      expect([...storage.changes!.files]).toEqual([1])
    })

    test('reads and writes during the move are correct and take effect', async () => {
      const { storage, from } = await filled()
      const to = folder(other!)
      const later = seededRandom(2).bytes(layout.totalBytes)
      let moving = true
      const move = storage.move(to).finally(() => {
        moving = false
      })
      let piece = 0
      let rounds = 0
      while (moving || piece < layout.pieceCount) {
        if (piece < layout.pieceCount) await writePiece(storage, piece, later)
        const into = new Uint8Array(PIECE)
        await storage.read(0, into)
        expect(Buffer.compare(into, later.subarray(0, PIECE))).toBe(0)
        if (piece < layout.pieceCount) piece++
        if (!moving) rounds++
      }
      await move
      expect(listFiles(from)).toEqual([])
      expect(Buffer.compare(await readAll(storage), later)).toBe(0)
      expect(rounds).toBeLessThan(layout.pieceCount + 1)
    })

    test('a file that somebody replaces while it is copied stays, and nothing is moved', async () => {
      const { storage, from } = await filled()
      await storage.flush()
      const to = folder(other!)
      const replace = () => {
        fs.writeFileSync(join(from, 'mine'), 'mine')
        fs.renameSync(join(from, 'mine'), join(from, 'T/a'))
      }
      let isReplaced = false
      const onProgress = ({ doneBytes }: { doneBytes: number }) => {
        if (doneBytes < 3_000_000 || isReplaced) return
        isReplaced = true
        replace()
      }
      await expect(storage.move(to, { onProgress })).rejects.toMatchObject({ code: 'io' })
      expect(fs.readFileSync(join(from, 'T/a'), 'utf8')).toBe('mine')
      expect(listFiles(to)).toEqual([])
    })

    test('a file that somebody replaces after it was moved stays', async () => {
      const { storage, from } = await filled()
      await storage.flush()
      const to = folder(other!)
      const moved = async () => fs.writeFileSync(join(from, 'T/a'), 'mine')
      await storage.move(to, { moved })
      expect(listFiles(from)).toEqual(['T/a'])
      expect(Buffer.compare(await readAll(storage), content)).toBe(0)
    })

    test('aborting removes the copies and loses nothing', async () => {
      const { storage, from } = await filled()
      const to = folder(other!)
      const stop = new AbortController()
      const move = storage.move(to, { signal: stop.signal })
      const watcher = fs.watch(to, () => stop.abort(new Error('changed my mind')))
      try {
        await expect(move).rejects.toThrow('changed my mind')
      } finally {
        watcher.close()
      }
      expect(listFiles(to)).toEqual([])
      expect(listFiles(from)).toEqual(['T/a', 'T/empty', 'T/sub/b', 'T/sub/c'])
      expect(Buffer.compare(await readAll(storage), content)).toBe(0)
    })

    test('closing the storage aborts the move', async () => {
      const { storage, from } = await filled()
      const to = folder(other!)
      const move = storage.move(to)
      const closed = storage.close()
      await expect(move).rejects.toMatchObject({ code: 'closed' })
      await closed
      expect(listFiles(to)).toEqual([])
      expect(listFiles(from)).toEqual(['T/a', 'T/empty', 'T/sub/b', 'T/sub/c'])
    })

    test('preserves holes', async () => {
      const from = folder()
      const storage = createFileStorage({ layout, directory: from, name: 'key', handles: new HandlePool() })
      undo.push(() => storage.close())
      await writePiece(storage, 45, content)
      const to = folder(other!)
      await storage.move(to)
      const stat = fs.statSync(join(to, 'T/a'))
      expect(stat.size).toBe(46 * PIECE > 3_000_000 ? 3_000_000 : 46 * PIECE)
      expect(stat.blocks * 512).toBeLessThan(1_500_000)
    })
  },
)
