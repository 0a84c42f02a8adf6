import { beforeAll, describe, expect, it } from 'vitest'
import { equalBytes, readU32 } from '../../base/bytes.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import { type TestTorrent, testTorrent } from '../testing/test-torrent.ts'
import { BlockCache, type BlockReader } from './block-cache.ts'

const PIECE = 32 * BLOCK_BYTES
/** Number of blocks of a chunk, and its size with the heads of its messages. */
const CHUNK_BLOCKS = 16
const CHUNK_BYTES = CHUNK_BLOCKS * (BLOCK_BYTES + 13)

let torrent: TestTorrent
beforeAll(async () => {
  torrent = await testTorrent({ lengths: [3 * PIECE + 20_000], pieceLengthBytes: PIECE })
})

/** A reader of the complete torrent that counts how often it is read, and may fail. */
async function reader() {
  const storage = createMemoryStorage(torrent.layout)
  await storage.write(0, torrent.content)
  const counted = {
    layout: torrent.layout,
    reads: 0,
    fails: false,
    storage: Object.assign(Object.create(storage), {
      readParts(offset: number, parts: readonly Uint8Array[]) {
        counted.reads++
        if (counted.fails) return Promise.reject(new Error('gone'))
        return storage.readParts(offset, parts)
      },
    }),
  }
  return counted satisfies BlockReader
}

describe('the block cache', () => {
  it('returns complete messages for any run of blocks', async () => {
    const cache = new BlockCache({ maxBytes: 8 * CHUNK_BYTES })
    const source = await reader()
    expect(cache.get(source, 1, 17)).toBeUndefined()
    const chunk = await cache.load(source, 1, 17)
    expect(chunk).toMatchObject({ firstBlock: 16, blockCount: 16 })
    const bytes = chunk.messages(17, 19)
    expect(bytes.length).toBe(2 * (BLOCK_BYTES + 13))
    for (const [i, block] of [17, 18].entries()) {
      const at = i * (BLOCK_BYTES + 13)
      expect([0, 5, 9].map(field => readU32(bytes, at + field))).toEqual([
        9 + BLOCK_BYTES,
        1,
        block * BLOCK_BYTES,
      ])
      const begin = PIECE + block * BLOCK_BYTES
      const sent = bytes.subarray(at + 13, at + 13 + BLOCK_BYTES)
      expect(equalBytes(sent, torrent.content.subarray(begin, begin + BLOCK_BYTES))).toBe(true)
    }
    const last = await cache.load(source, 3, 1)
    expect(last.messages(1, 2).length).toBe(13 + 20_000 - BLOCK_BYTES)
    expect(cache.get(source, 1, 31)).toBe(chunk)
  })

  it('reads a chunk once for all concurrent requests', async () => {
    const cache = new BlockCache({ maxBytes: 8 * CHUNK_BYTES })
    const source = await reader()
    const loads = [0, 5, 15].map(block => cache.load(source, 0, block))
    expect(cache.isLoading(source, 0, 3)).toBe(true)
    const [first, ...others] = await Promise.all(loads)
    expect(others.every(chunk => chunk === first)).toBe(true)
    expect(source.reads).toBe(1)
    expect(cache.isLoading(source, 0, 3)).toBe(false)
  })

  it('evicts the least recently used chunk, but keeps its bytes while they are being sent', async () => {
    const cache = new BlockCache({ maxBytes: 4 * CHUNK_BYTES })
    const source = await reader()
    const chunk = await cache.load(source, 0, 0)
    chunk.uses++
    const before = chunk.messages(0, 16).slice()
    for (const [piece, block] of [
      [0, 16],
      [1, 0],
      [1, 16],
      [2, 0],
      [2, 16],
    ] as const)
      await cache.load(source, piece, block)
    expect(cache.get(source, 0, 0)).toBeUndefined()
    expect(cache.get(source, 2, 16)).toBeDefined()
    expect(equalBytes(chunk.messages(0, 16), before)).toBe(true)
    cache.release(chunk)
  })

  it('keeps torrents apart, and drops the chunks of one', async () => {
    const cache = new BlockCache({ maxBytes: 8 * CHUNK_BYTES })
    const [one, other] = [await reader(), await reader()]
    const chunk = await cache.load(one, 0, 0)
    expect(cache.get(other, 0, 0)).toBeUndefined()
    expect(await cache.load(other, 0, 0)).not.toBe(chunk)
    cache.drop(one)
    expect(cache.get(one, 0, 0)).toBeUndefined()
    expect(cache.get(other, 0, 0)).toBeDefined()
  })

  it('reports a failed read, and reads again at the next request', async () => {
    const cache = new BlockCache({ maxBytes: 8 * CHUNK_BYTES })
    const source = await reader()
    source.fails = true
    await expect(cache.load(source, 0, 0)).rejects.toThrow('gone')
    source.fails = false
    expect((await cache.load(source, 0, 0)).blockCount).toBe(16)
  })
})
