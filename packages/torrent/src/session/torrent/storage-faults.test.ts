import { expect, test } from 'vitest'
import { Bitfield } from '../../base/bitfield.ts'
import { PieceLayout } from '../../metainfo/layout.ts'
import type { FileEntry } from '../../metainfo/metainfo.ts'
import type { FileStamp, StampOptions } from '../../storage/storage.ts'
import type { Content } from './content.ts'
import { presentStamps, stampsToRecord } from './storage-faults.ts'

const COUNT = 50_000

/** A torrent with many files of two pieces each, and the files that were checked. */
function manyFiles({
  own = [],
  doubted = [],
  have = [],
}: {
  own?: number[]
  doubted?: number[]
  have?: number[]
}) {
  const files = Array.from({ length: COUNT }, (_, at) => ({
    ...{ path: ['many', `${at}`], offsetBytes: 32 * at, lengthBytes: 32 },
  }))
  const layout = new PieceLayout({
    ...{ files: files as unknown as FileEntry[], pieceLengthBytes: 16, lengthBytes: 32 * COUNT },
    ...{ version: 'v1', name: 'many', private: false },
  } as unknown as ConstructorParameters<typeof PieceLayout>[0])
  const pieces = new Bitfield(layout.pieceCount)
  for (const piece of have) pieces.set(piece)
  const looked: number[] = []
  const content = {
    layout,
    have: pieces,
    storage: {
      own: { has: (file: number) => own.includes(file), isDoubted: (file: number) => doubted.includes(file) },
      async stamps({ only = () => true }: StampOptions = {}): Promise<FileStamp[]> {
        return files.map((_, file) => {
          if (!only(file)) return { size: -1, mtimeNs: '0' }
          looked.push(file)
          return { size: 32, mtimeNs: '1' }
        })
      },
    },
  } as unknown as Content
  return { content, looked }
}

test('of thousands of files that are still to be downloaded, none is looked at to record progress', async () => {
  const { content, looked } = manyFiles({})
  expect(await stampsToRecord(content)).toHaveLength(COUNT)
  expect(looked).toEqual([])
})

test('files that are the torrent’s own, may be, or hold a piece are recorded', async () => {
  const { content, looked } = manyFiles({ own: [3], doubted: [40], have: [2 * 500 + 1] })
  const stamps = await presentStamps(content)
  expect(looked).toEqual([3, 40, 500])
  expect(stamps.flatMap(({ size }, file) => (size >= 0 ? [file] : []))).toEqual([3, 40, 500])
})
