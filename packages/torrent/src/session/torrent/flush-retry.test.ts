import { expect, test } from 'vitest'
import { createHashPool } from '#hash-pool'
import { ShoalError } from '../../base/errors.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { createMemoryStorage } from '../../storage/memory-storage.ts'
import { testTorrent } from '../../swarm/testing/test-torrent.ts'
import { Content } from './content.ts'
import { FlushRetry } from './flush-retry.ts'

const FULL = new ShoalError('no-space', 'no space left on /x')

/**
 * A torrent with three pieces that a flush could not write, on a system that then considers them
 * written, as Linux does.
 */
async function setup() {
  const { metainfo, layout, content: bytes } = await testTorrent({ pieces: 8 })
  const memory = createMemoryStorage(layout)
  const dirty = new Set<number>()
  const safe = new Set<number>()
  const disk = { full: false }
  const content = new Content(metainfo, layout, {
    ...memory,
    read: (offset, into) => memory.read(offset, into),
    readParts: (offset, parts) => memory.readParts(offset, parts),
    segments: () => null,
    async write(offset, part) {
      await memory.write(offset, part)
      dirty.add(offset / layout.pieceLengthBytes)
    },
    async flush() {
      const written = [...dirty]
      dirty.clear()
      if (disk.full) throw FULL
      for (const piece of written) safe.add(piece)
    },
  })
  content.unflushed = new Set([5, 1, 2])
  for (const piece of content.unflushed) {
    const offset = layout.pieceOffset(piece)
    await content.storage.write(offset, bytes.slice(offset, offset + layout.pieceSize(piece)))
    content.have.set(piece)
  }
  disk.full = true
  await expect(content.storage.flush()).rejects.toBe(FULL)
  const clock = new VirtualClock()
  return { content, layout, clock, disk, safe, retry: new FlushRetry(clock, FULL), pool: createHashPool() }
}

test('bytes that a flush could not write are written again', async () => {
  const { content, retry, pool, disk, safe } = await setup()
  expect(await retry.retry(content, pool)).toBe('refused')
  disk.full = false
  expect(await retry.retry(content, pool)).toBe('safe')
  expect([...safe].sort()).toEqual([1, 2, 5])
  await pool.close()
})

test('lost pieces are reported', async () => {
  const { content, layout, retry, pool, disk } = await setup()
  await content.storage.write(layout.pieceOffset(2), new Uint8Array(layout.pieceSize(2)))
  disk.full = false
  expect(await retry.retry(content, pool)).toBe('lost')
  await pool.close()
})

test('a full disk is tried again every five seconds, a broken one only on request', async () => {
  const { content, retry, pool, clock } = await setup()
  const broken = new FlushRetry(clock, new ShoalError('io', 'check the disk'))
  expect(retry.isDue).toBe(false)
  await clock.advance(5000)
  expect(retry.isDue).toBe(true)
  expect(broken.isDue).toBe(false)
  const trying = retry.retry(content, pool)
  expect(retry.isDue).toBe(false)
  expect(retry.retry(content, pool)).toBe(trying)
  await trying
  expect(retry.isDue).toBe(false)
  await pool.close()
})
