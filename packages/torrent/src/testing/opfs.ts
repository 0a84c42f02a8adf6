/**
 * Tests of storage in a browser's origin private file system. They run in a dedicated worker, the
 * only place where it can be opened.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { createHashPool } from '../hash/hash-pool.browser.ts'
import { testHashPool } from '../hash/hash-suite.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import { testStorage } from '../storage/compliance.ts'
import { testFiles } from '../storage/fixtures.ts'
import { createMemoryStorage } from '../storage/memory-storage.ts'
import { createFileStorage, HandlePool } from '../storage/opfs/file-storage.browser.ts'
import { openFile, openFolder, removeFile, sizeOf } from '../storage/opfs/opfs.browser.ts'
import { createResumeStore, lockFolder } from '../storage/record/resume-store.browser.ts'
import { testResumeStore } from '../storage/record/resume-store-suite.ts'

let folders = 0

/** A fresh folder, and a function that deletes it with its contents. */
function freshFolder(): { path: string; remove(): Promise<void> } {
  const name = `test-${++folders}`
  const remove = async () => {
    const root = await openFolder('/', false)
    await root.removeEntry(name, { recursive: true }).catch(() => {})
  }
  return { path: `/${name}`, remove }
}

async function damage(path: string): Promise<void> {
  const handle = await (await openFile(path, false)).createSyncAccessHandle()
  const byte = new Uint8Array(1)
  const at = handle.getSize() >> 1
  handle.read(byte, { at })
  byte[0]! ^= 1
  handle.write(byte, { at })
  handle.close()
}

async function cut(path: string, sizeBytes: number): Promise<void> {
  const handle = await (await openFile(path, false)).createSyncAccessHandle()
  handle.truncate(sizeBytes)
  handle.close()
}

export function testOpfs(): void {
  testStorage('storage in OPFS', async layout => {
    const folder = freshFolder()
    const handles = new HandlePool({ maxOpen: 2 })
    const storage = createFileStorage({ layout, name: 'key', directory: `${folder.path}/here`, handles })
    return {
      storage,
      elsewhere: `${folder.path}/there`,
      async cleanUp() {
        await storage.close()
        expect(handles.openCount).toBe(0)
        await folder.remove()
      },
    }
  })

  testResumeStore('resume data in OPFS', async () => {
    const folder = freshFolder()
    return {
      open: async () => createResumeStore(folder.path),
      damageProgress: key => damage(`${folder.path}/${key}.resume.a`),
      damageMetainfo: key => damage(`${folder.path}/${key}.torrent.a`),
      cleanUp: folder.remove,
    }
  })

  testHashPool('hash pool of the browser', createHashPool, async ({ layout, bytes }) => {
    const storage = createMemoryStorage(layout)
    await storage.write(0, bytes)
    return { source: storage, remove: () => storage.close() }
  })

  testStoredFiles()
  testSlots()
}

function testStoredFiles(): void {
  const layout = new PieceLayout({
    version: 'v1',
    pieceLengthBytes: 1024,
    files: testFiles([
      ['a', 3000],
      ['con:', 3000],
      ['b', 3000],
    ]),
  })
  const bytes = new Uint8Array(9000).map((_, at) => at * 7)

  describe('files in OPFS', () => {
    const folder = freshFolder()
    const open = (preallocate = true, handles = new HandlePool()) =>
      createFileStorage({ layout, name: 'key', directory: folder.path, handles, preallocate })
    afterEach(folder.remove)

    test('have their full size at once, and stable stamps until they are truncated or deleted', async () => {
      const storage = open()
      await storage.write(0, bytes.subarray(0, 4000))
      const stamps = await storage.stamps()
      expect(stamps.map(({ size }) => size)).toEqual([3000, 3000, -1])
      await storage.write(4000, bytes.subarray(4000, 5000))
      expect((await storage.stamps()).slice(0, 2)).toEqual(stamps.slice(0, 2))
      await storage.close()
      const later = open()
      expect(await later.stamps()).toEqual(stamps)
      await cut(later.pathOf(0)!, 100)
      await removeFile(later.pathOf(1)!)
      expect((await later.stamps()).map(({ size }) => size)).toEqual([100, -1, -1])
      await expect(later.read(0, new Uint8Array(3000))).rejects.toMatchObject({ code: 'not-found' })
      await later.close()
    })

    test('grow with what is written if they are not preallocated', async () => {
      const storage = open(false)
      await storage.write(1000, bytes.subarray(1000, 2000))
      expect((await storage.stamps())[0]!.size).toBe(2000)
      await storage.remove()
    })

    test('have names that every system allows, and can be read as a File while they are open', async () => {
      const storage = open()
      await storage.write(0, bytes)
      await storage.flush()
      expect(storage.pathOf(1)).toBe(`${folder.path}/T/con_`)
      const file = await (await openFile(storage.pathOf(1)!, false)).getFile()
      expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes.slice(3000, 6000))
      await storage.close()
    })

    test('leave nothing behind after remove()', async () => {
      const storage = open()
      await storage.setWanted([true, false, true])
      await storage.write(0, bytes)
      await storage.remove()
      const root = await openFolder('/', false)
      const names: string[] = []
      for await (const name of root.keys()) names.push(name)
      expect(names).toEqual([])
    })

    test('keep bytes of unwanted files in a part file, also for the next run', async () => {
      const first = open()
      await first.setWanted([true, false, true])
      await first.write(0, bytes)
      expect(await sizeOf(`${folder.path}/T/con_`)).toBe(-1)
      await first.flush()
      await first.close()
      const second = open()
      const into = new Uint8Array(9000)
      await second.read(0, into)
      expect(into).toEqual(bytes)
      await second.setWanted([true, true, true])
      expect(await sizeOf(`${folder.path}/T/con_`)).toBe(3000)
      expect(await sizeOf(`${folder.path}/.key.parts`)).toBe(-1)
      await second.read(0, into)
      expect(into).toEqual(bytes)
      await second.close()
    })

    test('wait briefly for a tab that still has them open', async () => {
      const storage = open()
      await storage.write(0, bytes.subarray(0, 1000))
      await storage.close()
      const handle = await (await openFile(storage.pathOf(0)!, false)).createSyncAccessHandle()
      const later = open()
      const reading = later.read(0, new Uint8Array(1000))
      setTimeout(() => handle.close(), 300)
      await reading
      await later.close()
    })
  })
}

function testSlots(): void {
  describe('resume data that a crash left half written', () => {
    const folder = freshFolder()
    afterEach(folder.remove)

    test('is read in its previous version', async () => {
      const store = createResumeStore(folder.path)
      for (const value of [1, 2, 3]) await store.saveNote('note', Uint8Array.of(value))
      await store.close()
      await cut(`${folder.path}/note.note.a`, 20)
      const next = createResumeStore(folder.path)
      expect(await next.loadNote('note')).toEqual(Uint8Array.of(2))
      await next.saveNote('note', Uint8Array.of(4))
      expect(await createResumeStore(folder.path).loadNote('note')).toEqual(Uint8Array.of(4))
    })
  })

  test('a session’s folder can be locked again only after it was unlocked', async () => {
    const unlock = await lockFolder('/somewhere')
    await expect(lockFolder('/somewhere')).rejects.toMatchObject({ code: 'in-use' })
    const next = lockFolder('/somewhere')
    await unlock()
    await (await next)()
  })
}
