import { expect, test } from 'vitest'
import { ShoalError } from '../base/errors.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { createMemoryStorage } from '../storage/memory-storage.ts'
import type { Storage } from '../storage/storage.ts'
import { testTorrent } from '../swarm/testing/test-torrent.ts'
import { filled, SessionWorld } from './testing/world.ts'

const memory = true
const SEED = '80.0.0.1'
const peers = [`${SEED}:6881`]

/** Storage that accepts at most `roomBytes`, and reads nothing while `lost`. */
interface Disk {
  roomBytes: number
  lost: boolean
}

function onDisk(disk: Disk, make: (layout: PieceLayout) => Storage = createMemoryStorage) {
  return (layout: PieceLayout): Storage => {
    const storage = make(layout)
    const { write, readParts } = storage
    storage.write = async (offset, bytes) => {
      if (bytes.length > disk.roomBytes)
        throw new ShoalError('no-space', 'no space left on /x: freed space resumes the download')
      disk.roomBytes -= bytes.length
      await write.call(storage, offset, bytes)
    }
    storage.readParts = async (offset, parts) => {
      if (disk.lost) throw new ShoalError('not-found', '/x/test is gone')
      await readParts.call(storage, offset, parts)
    }
    return storage
  }
}

test('a full disk stops the torrent with an error that says so, and freed space resumes it', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  const other = await testTorrent({ lengths: [10_000, 70_000] })
  await world.seed(SEED, content)
  const disk = { roomBytes: 20 * 32_768, lost: false }
  const full = onDisk(disk)
  const session = await world.open(
    '80.0.0.2',
    {},
    {
      createMemoryStorage: layout => (layout.pieceCount === 64 ? full : createMemoryStorage)(layout),
    },
  )
  const torrent = await session.add(content.metainfo, { memory, peers })
  const errors: string[] = []
  torrent.on('error', error => errors.push(error.message))
  const failing = expect(torrent.whenComplete()).rejects.toMatchObject({ code: 'no-space' })
  await world.until('the disk is full', () => torrent.stats.state === 'error')
  await failing
  expect(torrent.stats.error).toMatch(/freed space resumes/)
  await expect(torrent.whenComplete()).rejects.toMatchObject({ code: 'no-space' })

  // Others continue.
  await world.seed('80.0.0.3', other)
  const small = await session.add(other.metainfo, { memory, peers: ['80.0.0.3:6881'] })
  await world.until('the other completes', () => small.stats.state === 'seeding')

  disk.roomBytes = Number.POSITIVE_INFINITY
  await world.until('it resumes by itself', () => torrent.stats.state !== 'error', 10_000)
  await world.until('completion', () => torrent.stats.state === 'seeding')
  // Verified pieces were kept and not downloaded again.
  expect(torrent.stats.wastedBytes).toBe(0)
  expect(new Set(errors).size).toBe(1)
})

test('resume tries a full disk again at once, also after a pause', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 64 })
  await world.seed(SEED, content)
  const disk = { roomBytes: 0, lost: false }
  const session = await world.open('80.0.0.2', {}, { createMemoryStorage: onDisk(disk) })
  const torrent = await session.add(content.metainfo, { memory, peers })
  await world.until('the disk is full', () => torrent.stats.state === 'error')
  await torrent.pause()
  disk.roomBytes = Number.POSITIVE_INFINITY
  await world.clock.advance(20_000)
  expect(torrent.stats.state).toBe('error')
  await torrent.resume()
  await world.until('completion', () => torrent.stats.state === 'seeding')
})

test('missing data stops a seed, and resume checks the files', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 16 })
  const disk = { roomBytes: Number.POSITIVE_INFINITY, lost: true }
  const seeding = await world.open(SEED, {}, { createMemoryStorage: onDisk(disk, filled(content)) })
  const seed = await seeding.add(content.metainfo, { memory, trusted: true })
  const session = await world.open('80.0.0.2')
  const torrent = await session.add(content.metainfo, { memory, peers })
  await world.until('it is noticed', () => seed.stats.state === 'error')
  expect(seed.stats.error).toMatch(/Put the file back, then resume/)
  disk.lost = false
  const states: string[] = []
  seed.on('state', state => states.push(state))
  await seed.resume()
  await world.until('the seed is back', () => seed.stats.state === 'seeding')
  expect(states).toEqual(['checking', 'seeding'])
  torrent.addPeer(peers[0]!)
  await world.until('completion', () => torrent.stats.state === 'seeding')
})

test('a recheck of a torrent in memory keeps the correct pieces', async () => {
  await using world = new SessionWorld()
  const content = await testTorrent({ pieces: 16, version: 'hybrid' })
  const seed = await world.seed(SEED, content)
  await world.until('it seeds', () => seed.stats.state === 'seeding')
  await seed.recheck()
  expect(seed.stats).toMatchObject({ state: 'seeding', progress: 1 })
})

test('waiting ends when the torrent is closed or the signal aborts', async () => {
  await using world = new SessionWorld()
  const session = await world.open('80.0.0.2')
  const torrent = await session.add('a'.repeat(40), { memory })
  const reason = new Error('enough')
  await expect(torrent.whenMetadata({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const controller = new AbortController()
  const aborted = expect(torrent.whenComplete({ signal: controller.signal })).rejects.toBe(reason)
  controller.abort(reason)
  await aborted
  const closed = [torrent.whenMetadata(), torrent.whenComplete()].map(wait =>
    expect(wait).rejects.toMatchObject({ code: 'closed' }),
  )
  await session.close()
  await Promise.all(closed)
  await expect(torrent.whenComplete()).rejects.toMatchObject({ code: 'closed' })
  await expect(torrent.resume()).rejects.toMatchObject({ code: 'closed' })
  // The second call has no further effect.
  await session.close()
  await torrent.pause()
  await torrent.remove()
})
