import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterAll, afterEach, expect, it } from 'vitest'
import { createHashPool as createThreadPool } from '#hash-pool'
import { ShoalError } from '../base/errors.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { createHashPool as createReadingPool } from './hash-pool.browser.ts'
import type { ByteSource, HashPool } from './hash-pool.ts'
import { expectDigests, PIECE, type Sample, sample, testHashPool } from './hash-suite.ts'

/** Keeps the sample in memory, like a memory storage. */
function memorySource({ bytes }: Sample): ByteSource {
  return {
    segments: () => null,
    read: async (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  }
}

const folders: string[] = []
const pools: HashPool[] = []
const threads = new Set<Worker>()
const trackThread = (worker: Worker) => {
  threads.add(worker)
  worker.once('exit', () => threads.delete(worker))
}
process.on('worker', trackThread)
afterEach(async () => {
  await Promise.all(pools.splice(0).map(pool => pool.close()))
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})
afterAll(() => {
  process.off('worker', trackThread)
  expect(threads.size).toBe(0)
})

/** Writes the sample's files to a new folder. */
async function diskSource({ layout, bytes }: Sample) {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-hash-'))
  folders.push(folder)
  const pathOf = (file: number) => join(folder, layout.files[file]!.path.at(-1)!)
  for (const [file, { pad, offsetBytes, lengthBytes }] of layout.files.entries())
    if (!pad) await writeFile(pathOf(file), bytes.subarray(offsetBytes, offsetBytes + lengthBytes))
  const source: ByteSource = {
    segments: (offset, length) =>
      layout.spans(offset, length).map(span => ({
        path: layout.files[span.file]!.pad ? null : pathOf(span.file),
        offset: span.fileOffset,
        length: span.length,
      })),
    read: () => Promise.reject(new Error('it is on disk')),
  }
  return { source, pathOf, remove: async () => {} }
}

/** A pool with running threads, so that even small jobs use them. */
function warmPool(options = {}): HashPool {
  const pool = createThreadPool({ threads: 2, ...options })
  pool.warm()
  return pool
}

/** Closes the pool after the test. */
function kept(pool: HashPool): HashPool {
  pools.push(pool)
  return pool
}

const inMemory = async (of: Sample) => ({ source: memorySource(of), remove: async () => {} })
testHashPool('threads, from disk', () => warmPool(), diskSource)
testHashPool('before there are threads, from disk', () => createThreadPool({ threads: 2 }), diskSource)
testHashPool('threads, from memory', () => createThreadPool(), inMemory)
testHashPool('no threads, from memory', () => createReadingPool(), inMemory)

it.each([
  ['by threads', () => warmPool()],
  ['by its own thread', () => createThreadPool()],
] as const)(
  'counts pieces of missing and short files as not present, and no others, %s',
  async (_, createPool) => {
    const torrent = sample('hybrid')
    const { layout } = torrent
    const { source, pathOf } = await diskSource(torrent)
    const [first, missing] = [0, layout.files.findIndex(file => file.lengthBytes === PIECE)]
    await truncate(pathOf(first), PIECE + 1)
    await rm(pathOf(missing))
    const pool = createPool()
    pools.push(pool)
    const digests = await pool.hash({ ...torrent, source })
    const gone = [1, 2, 3, layout.piecesOf(missing).first]
    for (let piece = 0; piece < layout.pieceCount; piece++) {
      if (!gone.includes(piece)) expectDigests(torrent, digests, piece, piece)
      else expect([piece, digests.present.has(piece)]).toEqual([piece, false])
    }
  },
)

it.each([
  ['by threads', () => warmPool()],
  ['by its own thread', () => createThreadPool()],
] as const)('rejects if a folder is in place of a file, %s', async (_, createPool) => {
  const torrent = sample('v1')
  const { source, pathOf } = await diskSource(torrent)
  await rm(pathOf(2))
  await mkdir(pathOf(2))
  const pool = kept(createPool())
  await expect(pool.hash({ ...torrent, source })).rejects.toMatchObject({
    code: 'io',
    message: expect.stringContaining(`${pathOf(2)} is a folder`),
  })
})

it.skipIf(process.platform === 'win32')('does not block on a pipe in place of a file', async () => {
  const torrent = sample('v1')
  const { source, pathOf } = await diskSource(torrent)
  await rm(pathOf(0))
  execFileSync('mkfifo', [pathOf(0)])
  await expect(kept(warmPool()).hash({ ...torrent, source })).rejects.toMatchObject({ code: 'io' })
  const pool = createThreadPool()
  pools.push(pool)
  await expect(pool.hash({ ...torrent, source })).rejects.toMatchObject({ code: 'io' })
})

it('reports pieces without stored bytes as not present', async () => {
  const torrent = sample('v2')
  const nowhere: ByteSource = {
    segments: () => null,
    read: async () => {
      throw new ShoalError('not-found', 'never written')
    },
  }
  const digests = await createReadingPool().hash({ ...torrent, source: nowhere })
  expect(digests.present.count).toBe(0)
})

it('ends idle threads and starts new ones for later work', async () => {
  const clock = new VirtualClock()
  const pool = kept(warmPool({ clock, idleMs: 1000 }))
  const torrent = sample('hybrid')
  const { source } = await diskSource(torrent)
  await pool.hash({ ...torrent, source })
  expect(threads.size).toBe(2)
  const ended = [...threads].map(worker => once(worker, 'exit'))
  await clock.advance(1000)
  await Promise.all(ended)
  expect(threads.size).toBe(0)
  pool.warm()
  expectDigests(torrent, await pool.hash({ ...torrent, source }), 0, 0)
  expect(threads.size).toBe(2)
  await pool.close()
  expect(threads.size).toBe(0)
})

it('starts no threads for a few pieces', async () => {
  const torrent = sample('hybrid')
  const { source } = await diskSource(torrent)
  const pool = kept(createThreadPool())
  expectDigests(torrent, await pool.hash({ ...torrent, source }), 0, 0)
  expect(threads.size).toBe(0)
})

it('replaces a dead thread and rejects its work with an error', async () => {
  const pool = kept(warmPool())
  const torrent = sample('hybrid', Array(40).fill(PIECE * 8))
  const { source } = await diskSource(torrent)
  const result = pool.hash({ ...torrent, source })
  for (const worker of threads) void worker.terminate()
  await expect(result).rejects.toMatchObject({ code: 'io' })
  expectDigests(torrent, await pool.hash({ ...torrent, source }), 0, 0)
})

it('does not keep the process alive if it is not closed', async () => {
  const script = `
    import { createHashPool } from ${JSON.stringify(import.meta.resolve('./hash-pool.node.ts'))}
    const pool = createHashPool({ threads: 1, idleMs: 3_600_000 })
    pool.warm()
    const layout = { pieceCount: 0, totalBytes: 0, pieceLengthBytes: 16384, files: [] }
    await pool.hash({ layout, version: 'v1', source: { segments: () => null } })
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' })
  expect(await once(child, 'exit')).toEqual([0, null])
})
