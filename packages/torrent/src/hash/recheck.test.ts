import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createHashPool } from '#hash-pool'
import { PieceLayout } from '../metainfo/layout.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import { createTorrentFrom } from './create.ts'
import type { CreateSource } from './create-source.ts'
import type { ByteSource } from './hash-pool.ts'
import { PIECE, sample } from './hash-suite.ts'
import { recheck } from './recheck.ts'
import type { RecheckJob } from './recheck-job.ts'

const pool = createHashPool()
afterAll(() => pool.close())

/** A torrent of the sample's files and a copy of its piece space for tests to damage. */
async function torrent(version: 'v1' | 'v2' | 'hybrid') {
  const { layout, bytes } = sample(version)
  const sources = layout.files
    .filter(file => !file.pad)
    .map(
      (file): CreateSource => ({
        path: file.path.slice(1),
        lengthBytes: file.lengthBytes,
        read: async (offset, into) => {
          into.set(bytes.subarray(file.offsetBytes + offset, file.offsetBytes + offset + into.length))
        },
      }),
    )
  const metainfo = await createTorrentFrom(
    sources,
    { name: 'sample', version, pieceLengthBytes: PIECE },
    { pool },
  )
  const stored = bytes.slice()
  const storage: ByteSource = {
    segments: () => null,
    read: async (offset, into) => into.set(stored.subarray(offset, offset + into.length)),
  }
  const check = (
    changes: Pick<Partial<RecheckJob>, 'onLayer'> & { metainfo?: Metainfo; pieces?: number[] } = {},
  ) => {
    const { info, pieceLayers } = changes.metainfo ?? metainfo
    const { pieces, onLayer } = changes
    return recheck({
      info,
      layout: new PieceLayout(info),
      storage,
      pool,
      pieceLayers,
      onLayer,
      ...(pieces && { pieces }),
    })
  }
  return { metainfo, layout, stored, check }
}

describe.each(['v1', 'v2', 'hybrid'] as const)('a %s torrent', version => {
  it('is complete if nothing has changed', async () => {
    const { check, layout } = await torrent(version)
    const have = await check()
    expect(have.length).toBe(layout.pieceCount)
    expect(have.isFull).toBe(true)
  })

  it('misses exactly the damaged pieces', async () => {
    const { check, layout, stored } = await torrent(version)
    const damaged = [1, layout.pieceCount - 1]
    for (const piece of damaged) {
      const last = layout.pieceOffset(piece) + layout.dataSize(piece) - 1
      stored[last] = stored[last]! ^ 1
    }
    const have = await check()
    for (let piece = 0; piece < layout.pieceCount; piece++)
      expect([piece, have.has(piece)]).toEqual([piece, !damaged.includes(piece)])
  })

  it('leaves the bits of unchecked pieces clear', async () => {
    const { check, layout } = await torrent(version)
    const have = await check({ pieces: [1, 4] })
    expect(have.length).toBe(layout.pieceCount)
    expect([have.count, have.has(1), have.has(4)]).toEqual([2, true, true])
  })
})

describe('unknown piece layers', () => {
  const without = (metainfo: Metainfo): Metainfo => ({ ...metainfo, pieceLayers: new Map() })

  it('are proved by a v2 file all of whose pieces are checked and present', async () => {
    const { metainfo, layout, stored, check } = await torrent('v2')
    const layers = new Map<string, Uint8Array>()
    const onLayer = (root: string, layer: Uint8Array) => void layers.set(root, layer)
    expect((await check({ metainfo: without(metainfo), onLayer })).isFull).toBe(true)
    expect(layers).toEqual(metainfo.pieceLayers)

    stored[0]! ^= 1
    layers.clear()
    const have = await check({ metainfo: without(metainfo), onLayer })
    for (let piece = 0; piece < layout.pieceCount; piece++)
      expect([piece, have.has(piece)]).toEqual([piece, layout.fileAt(layout.pieceOffset(piece)) !== 0])
    expect(layers.size).toBe(metainfo.pieceLayers.size - 1)
  })

  it('make the pieces of multi-piece v2 files count as missing if only some are checked', async () => {
    const { metainfo, check } = await torrent('v2')
    expect((await check({ metainfo: without(metainfo), pieces: [0, 1] })).count).toBe(0)
  })

  it('leave only the v1 hashes to verify a hybrid torrent', async () => {
    const { metainfo, check } = await torrent('hybrid')
    expect((await check({ metainfo: without(metainfo) })).isFull).toBe(true)
  })
})

it('requires both hashes of a hybrid torrent to match', async () => {
  const { metainfo, check } = await torrent('hybrid')
  const { info, pieceLayers } = metainfo
  const pieceHashes = info.pieceHashes!.slice()
  pieceHashes[0] = pieceHashes[0]! ^ 1
  const layers = new Map([...pieceLayers].map(([root, layer]) => [root, layer.slice()]))
  const [layer] = layers.values()
  layer![32] = layer![32]! ^ 1
  const have = await check({ metainfo: { ...metainfo, info: { ...info, pieceHashes }, pieceLayers: layers } })
  expect([have.has(0), have.has(1), have.has(2)]).toEqual([false, false, true])
})

it('rechecks complete and partial files on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-recheck-'))
  try {
    const { metainfo, layout, stored } = await torrent('hybrid')
    const paths = layout.files.map((_, file) => join(folder, `${file}`))
    for (const [file, { pad, offsetBytes, lengthBytes }] of layout.files.entries())
      if (!pad) await writeFile(paths[file]!, stored.subarray(offsetBytes, offsetBytes + lengthBytes))
    const storage: ByteSource = {
      segments: (offset, length) =>
        layout.spans(offset, length).map(span => ({
          path: layout.files[span.file]!.pad ? null : paths[span.file]!,
          offset: span.fileOffset,
          length: span.length,
        })),
      read: () => Promise.reject(new Error('it is on disk')),
    }
    const job = { info: metainfo.info, layout, storage, pool, pieceLayers: metainfo.pieceLayers }
    expect((await recheck(job)).isFull).toBe(true)
    const file = await open(paths[0]!, 'r+')
    await file.truncate(PIECE)
    await file.close()
    const have = await recheck(job)
    expect([have.has(0), have.has(1), have.count]).toEqual([true, false, layout.pieceCount - 3])
  } finally {
    await rm(folder, { recursive: true })
  }
})
