import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sha1 } from '#crypto'
import { ShoalError } from '../base/errors.ts'
import { planFiles } from '../metainfo/info-builder.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import { blockHashes, merkleRoot, treeHeight } from '../metainfo/merkle.ts'
import { BLOCK_BYTES, type TorrentVersion } from '../metainfo/metainfo.ts'
import type { ByteSource, HashPool, HashProgress, PieceDigests } from './hash-pool.ts'

export const PIECE = 65536

/**
 * Files of a small torrent: longer than a piece, exactly a piece, shorter, shorter than a block,
 * empty.
 */
const LENGTHS = [3 * PIECE + 20_000, PIECE, 40_000, 5, 0, 2 * PIECE]

/** The layout of a torrent and the bytes of its piece space. */
export interface Sample {
  readonly layout: PieceLayout
  readonly version: TorrentVersion
  readonly bytes: Uint8Array
}

export function sample(version: TorrentVersion, lengths: readonly number[] = LENGTHS): Sample {
  const files = lengths.map((lengthBytes, i) => ({ path: [`f${String(i).padStart(5, '0')}`], lengthBytes }))
  const planned = planFiles({ name: 'sample', version, pieceLengthBytes: PIECE, singleFile: false, files })
  const layout = new PieceLayout({ files: planned, pieceLengthBytes: PIECE, version })
  const bytes = noise(layout.totalBytes)
  for (const { pad, offsetBytes, lengthBytes } of planned)
    if (pad) bytes.fill(0, offsetBytes, offsetBytes + lengthBytes)
  return { layout, version, bytes }
}

/** Bytes in which no two blocks are equal, generated faster than they are hashed. */
function noise(length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i + 1, 0x9e3779b1)
  return new Uint8Array(words.buffer, 0, length)
}

/** The expected digests, computed from complete pieces. */
function expectedDigests(
  { layout, version, bytes }: Sample,
  piece: number,
): { sha1?: Uint8Array; root?: Uint8Array } {
  const begin = layout.pieceOffset(piece)
  const data = bytes.subarray(begin, begin + layout.dataSize(piece))
  const file = layout.files[layout.fileAt(begin)]!
  const height = treeHeight(Math.ceil(Math.min(file.lengthBytes, PIECE) / BLOCK_BYTES))
  return {
    ...(version !== 'v2' && {
      sha1: new Uint8Array(sha1(bytes.subarray(begin, begin + layout.pieceSize(piece)))),
    }),
    ...(version !== 'v1' && { root: merkleRoot(blockHashes(data), { height }) }),
  }
}

/** Expects entry `index` of `digests` to match `piece`. */
export function expectDigests(sample: Sample, digests: PieceDigests, piece: number, index: number): void {
  const right = expectedDigests(sample, piece)
  expect(digests.present.has(index)).toBe(true)
  expect(digests.sha1?.subarray(index * 20, (index + 1) * 20)).toEqual(right.sha1)
  expect(digests.roots?.subarray(index * 32, (index + 1) * 32)).toEqual(right.root)
}

export interface SuiteSource {
  readonly source: ByteSource
  readonly remove: () => Promise<void>
}

/** The compliance suite that every hash pool and byte source must pass. */
export function testHashPool(
  name: string,
  createPool: () => HashPool,
  createSource: (sample: Sample) => Promise<SuiteSource>,
): void {
  describe(name, () => {
    let pool: HashPool
    let remove: () => Promise<void> = async () => {}
    beforeAll(() => {
      pool = createPool()
    })
    afterAll(() => pool.close())
    afterEach(() => remove())
    const sourceOf = async (of: Sample) => {
      const made = await createSource(of)
      remove = made.remove
      return made.source
    }

    it.each(['v1', 'v2', 'hybrid'] as const)(
      'finds the digests of every piece of a %s torrent',
      async version => {
        const torrent = sample(version)
        const { layout } = torrent
        const digests = await pool.hash({ layout, version, source: await sourceOf(torrent) })
        expect(digests.present.length).toBe(layout.pieceCount)
        expect(digests.sha1 === undefined).toBe(version === 'v2')
        expect(digests.roots === undefined).toBe(version === 'v1')
        for (let piece = 0; piece < layout.pieceCount; piece++) expectDigests(torrent, digests, piece, piece)
      },
    )

    it('hashes only the requested pieces', async () => {
      const torrent = sample('hybrid')
      const pieces = [0, 2, 3, torrent.layout.pieceCount - 1]
      const source = await sourceOf(torrent)
      const digests = await pool.hash({ ...torrent, source, pieces })
      expect(digests.present.length).toBe(4)
      for (const [index, piece] of pieces.entries()) expectDigests(torrent, digests, piece, index)
    })

    it('accepts an empty list of pieces and a torrent of empty files', async () => {
      const torrent = sample('hybrid')
      const none = await pool.hash({ ...torrent, source: await sourceOf(torrent), pieces: [] })
      expect(none.present.length).toBe(0)
      const empty = sample('v2', [0, 0])
      expect((await pool.hash({ ...empty, source: await sourceOf(empty) })).present.isFull).toBe(true)
    })

    it('hashes several torrents at once', async () => {
      const torrents = [sample('v1'), sample('v2'), sample('hybrid')]
      const made = await Promise.all(torrents.map(createSource))
      remove = async () => void (await Promise.all(made.map(source => source.remove())))
      const all = await Promise.all(
        torrents.map((torrent, i) => pool.hash({ ...torrent, source: made[i]!.source })),
      )
      torrents.forEach((torrent, i) => {
        for (let piece = 0; piece < torrent.layout.pieceCount; piece++)
          expectDigests(torrent, all[i]!, piece, piece)
      })
    })

    it('reports increasing progress that ends at the total', async () => {
      const torrent = sample('hybrid')
      const seen: HashProgress[] = []
      await pool.hash(
        { ...torrent, source: await sourceOf(torrent) },
        { onProgress: progress => seen.push(progress) },
      )
      expect(seen.at(-1)).toEqual({ doneBytes: torrent.bytes.length, totalBytes: torrent.bytes.length })
      for (let i = 1; i < seen.length; i++)
        expect(seen[i]!.doneBytes).toBeGreaterThanOrEqual(seen[i - 1]!.doneBytes)
    })

    it('rejects with the reason of its signal, before and during the job', async () => {
      const torrent = sample('hybrid', Array(40).fill(PIECE * 8))
      const source = await sourceOf(torrent)
      const before = AbortSignal.abort(new Error('never mind'))
      await expect(pool.hash({ ...torrent, source }, { signal: before })).rejects.toThrow('never mind')
      const controller = new AbortController()
      const result = pool.hash({ ...torrent, source }, { signal: controller.signal })
      controller.abort(new Error('changed my mind'))
      await expect(result).rejects.toThrow('changed my mind')
    })

    it('rejects running and later jobs once closed', async () => {
      const torrent = sample('hybrid', Array(40).fill(PIECE * 8))
      const source = await sourceOf(torrent)
      const brief = createPool()
      const result = expect(brief.hash({ ...torrent, source })).rejects.toMatchObject({ code: 'closed' })
      await brief.close()
      await result
      await expect(brief.hash({ ...torrent, source })).rejects.toThrow(ShoalError)
      await brief.close()
    })
  })
}
