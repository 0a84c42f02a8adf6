import { afterEach, describe, expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import { testFiles } from './fixtures.ts'
import type { Storage } from './storage.ts'

/** A storage under test for one torrent, and its cleanup. */
export interface StorageUnderTest {
  readonly storage: Storage
  /** A target folder for moves. */
  readonly elsewhere: string
  cleanUp(): Promise<void>
}

/**
 * The compliance suite that every storage must pass. The torrent has files that share pieces, files
 * of many pieces, an empty file, pads, and ends in the middle of a piece.
 */
export function testStorage(name: string, create: (layout: PieceLayout) => Promise<StorageUnderTest>): void {
  const layout = new PieceLayout({
    version: 'v1',
    pieceLengthBytes: 1024,
    files: testFiles([
      ['a', 300],
      ['b', 5000],
      ['empty', 0],
      ['.pad/844', 844, 'pad'],
      ['c', 10],
      ['d', 20],
      ['e', 2500],
    ]),
  })
  const content = seededRandom(1).bytes(layout.totalBytes)
  content.fill(0, 5300, 6144)

  describe(name, () => {
    const undo: (() => Promise<void>)[] = []
    afterEach(async () => {
      for (const step of undo.splice(0).reverse()) await step()
    })

    async function open(): Promise<StorageUnderTest> {
      const made = await create(layout)
      undo.push(made.cleanUp)
      return made
    }

    async function filled(): Promise<StorageUnderTest> {
      const made = await open()
      for (let piece = 0; piece < layout.pieceCount; piece++) await writePiece(made.storage, piece)
      return made
    }

    function writePiece(storage: Storage, piece: number): Promise<void> {
      const begin = layout.pieceOffset(piece)
      return storage.write(begin, content.subarray(begin, begin + layout.pieceSize(piece)))
    }

    async function readAll(storage: Storage): Promise<Uint8Array> {
      const into = new Uint8Array(layout.totalBytes).fill(0xee)
      await storage.read(0, into)
      return into
    }

    test('reads written bytes at any offset and length', async () => {
      const { storage } = await filled()
      expect(await readAll(storage)).toEqual(content)
      const random = seededRandom(2)
      for (let i = 0; i < 50; i++) {
        const offset = random.below(layout.totalBytes)
        const into = new Uint8Array(random.below(layout.totalBytes - offset + 1))
        await storage.read(offset, into)
        expect(into).toEqual(content.slice(offset, offset + into.length))
      }
    })

    test('fills several buffers in order', async () => {
      const { storage } = await filled()
      const parts = [1, 700, 0, 2000, 3500, 9].map(length => new Uint8Array(length))
      await storage.readParts(200, parts)
      let at = 200
      for (const part of parts) {
        expect(part).toEqual(content.slice(at, at + part.length))
        at += part.length
      }
    })

    test('reads and writes shared memory', async () => {
      const { storage } = await open()
      const shared = new Uint8Array(new SharedArrayBuffer(layout.totalBytes))
      shared.set(content)
      await storage.write(0, shared)
      const into = new Uint8Array(new SharedArrayBuffer(layout.totalBytes))
      await storage.read(0, into)
      expect(Uint8Array.from(into)).toEqual(content)
    })

    test('has no bytes before they are written', async () => {
      const { storage } = await open()
      await expect(storage.read(0, new Uint8Array(10))).rejects.toMatchObject({ code: 'not-found' })
      await writePiece(storage, 0)
      await expect(storage.read(1024, new Uint8Array(10))).rejects.toMatchObject({ code: 'not-found' })
    })

    test('pads read as zeros even after writes', async () => {
      const { storage } = await open()
      await storage.write(5120, new Uint8Array(1024).fill(7))
      const into = new Uint8Array(844).fill(1)
      await storage.read(5300, into)
      expect(into).toEqual(new Uint8Array(844))
    })

    test('the later of two writes to the same range wins', async () => {
      const { storage } = await open()
      const size = layout.totalBytes
      await Promise.all([1, 2, 3, 4, 5, 6].map(value => storage.write(0, new Uint8Array(size).fill(value))))
      const into = await readAll(storage)
      expect(into.subarray(0, 5300)).toEqual(new Uint8Array(5300).fill(6))
      expect(into.subarray(6144)).toEqual(new Uint8Array(size - 6144).fill(6))
    })

    test('accepts many concurrent small writes in any order', async () => {
      const { storage } = await open()
      const random = seededRandom(3)
      const offsets = Array.from({ length: Math.ceil(layout.totalBytes / 64) }, (_, i) => 64 * i)
      offsets.sort(() => random.below(3) - 1)
      await Promise.all(offsets.map(at => storage.write(at, content.subarray(at, at + 64))))
      expect(await readAll(storage)).toEqual(content)
    })

    test('rejects ranges outside the torrent', async () => {
      const { storage } = await open()
      for (const offset of [-1, layout.totalBytes, Number.NaN])
        for (const call of [
          storage.write(offset, new Uint8Array(1)),
          storage.read(offset, new Uint8Array(1)),
        ])
          await expect(call).rejects.toMatchObject({ code: 'bad-argument' })
    })

    test('keeps bytes of unwanted files until they are wanted', async () => {
      const { storage } = await open()
      const unwanted = layout.files.map((_, file) => file !== 1 && file !== 5)
      await storage.setWanted(unwanted)
      for (let piece = 0; piece < layout.pieceCount; piece++) await writePiece(storage, piece)
      expect(await readAll(storage)).toEqual(content)
      await storage.setWanted(layout.files.map(() => true))
      expect(await readAll(storage)).toEqual(content)
      await storage.setWanted(unwanted)
      expect(await readAll(storage)).toEqual(content)
    })

    test.each([true, false])('keeps what is written while stamps are read (wanted: %s)', async isWanted => {
      for (let tries = 0; tries < 10; tries++) {
        const { storage } = await open()
        await storage.setWanted(layout.files.map(() => isWanted))
        let isWritten = false
        const writing = writePiece(storage, 0).finally(() => {
          isWritten = true
        })
        while (!isWritten) await storage.stamps()
        await writing
        const into = new Uint8Array(layout.pieceLengthBytes)
        await storage.read(0, into)
        expect(into).toEqual(content.slice(0, into.length))
      }
    })

    test('continues to work after a flush, a move and a rename', async () => {
      const { storage, elsewhere } = await filled()
      await storage.flush()
      let moved = 0
      await storage.move(elsewhere, { moved: async () => void moved++ })
      expect(moved).toBe(1)
      expect(await readAll(storage)).toEqual(content)
      await storage.rename(new Map([[1, ['T', 'renamed', 'b2']]]))
      expect(await readAll(storage)).toEqual(content)
      await writePiece(storage, 2)
      await storage.flush()
      expect(await readAll(storage)).toEqual(content)
    })

    test('has a stamp for each file', async () => {
      const { storage } = await filled()
      const stamps = await storage.stamps()
      expect(stamps).toHaveLength(layout.files.length)
      expect(stamps[3]).toEqual({ size: -1, mtimeNs: '0' })
    })

    test('rejects all calls once closed and can be closed twice', async () => {
      const { storage } = await filled()
      await storage.close()
      await storage.close()
      for (const call of [
        storage.read(0, new Uint8Array(1)),
        storage.write(0, new Uint8Array(1)),
        storage.flush(),
        storage.stamps(),
        storage.setWanted(layout.files.map(() => true)),
      ])
        await expect(call).rejects.toMatchObject({ code: 'closed' })
    })

    test('is closed by remove', async () => {
      const { storage } = await filled()
      await storage.remove()
      await expect(storage.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'closed' })
    })

    test('finishes running writes before it closes', async () => {
      const { storage } = await open()
      const writes = Array.from({ length: layout.pieceCount }, (_, piece) => writePiece(storage, piece))
      await storage.close()
      for (const write of await Promise.allSettled(writes)) expect(write.status).toBe('fulfilled')
    })
  })
}
