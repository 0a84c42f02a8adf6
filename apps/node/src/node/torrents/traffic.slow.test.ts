import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Catalogue } from '../testing/catalogue.ts'
import { Traffic } from './traffic.ts'

let folder: string
let catalogue: Catalogue
const open = async () => {
  catalogue = await Catalogue.open(join(folder, 'catalogue.db'))
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-traffic-'))
  await open()
})
afterEach(async () => {
  await catalogue.close()
  await rm(folder, { recursive: true, force: true })
})

const NOW = Date.UTC(2026, 5, 15, 12, 34, 56)
const moved = (downloadedBytes: number, uploadedBytes: number) => ({ downloadedBytes, uploadedBytes })

test('transfers are counted once, in the history and over restarts', async () => {
  const first = new Traffic(catalogue.history)
  first.note(moved(100, 10), NOW)
  first.note(moved(150, 20), NOW + 1000)
  // Not yet written, but counted.
  expect(first.allTime).toEqual(moved(150, 20))
  first.flush(NOW + 2000)
  await catalogue.close()
  await open()
  // The session of the next run starts at zero.
  const next = new Traffic(catalogue.history)
  expect(next.allTime).toEqual(moved(150, 20))
  next.note(moved(50, 0), NOW + 61_000)
  next.flush(NOW + 61_000)
  expect(next.allTime).toEqual(moved(200, 20))
  expect(next.history('hour', NOW + 62_000).points).toEqual([
    { atMs: Date.UTC(2026, 5, 15, 12, 34), ...moved(150, 20) },
    { atMs: Date.UTC(2026, 5, 15, 12, 35), ...moved(50, 0) },
  ])
  expect(next.history('day', NOW + 62_000)).toEqual({
    stepSeconds: 600,
    points: [{ atMs: Date.UTC(2026, 5, 15, 12, 30), ...moved(200, 20) }],
  })
  expect(next.history('month', NOW + 62_000).points).toEqual([
    { atMs: Date.UTC(2026, 5, 15, 12), ...moved(200, 20) },
  ])
  expect(next.history('year', NOW + 62_000).points).toEqual([
    { atMs: Date.UTC(2026, 5, 15), ...moved(200, 20) },
  ])
})

test('plain files count, and the overall totals are at least those of the torrents', async () => {
  const traffic = new Traffic(catalogue.history)
  traffic.countFile(30)
  traffic.note(moved(100, 10), NOW)
  expect(traffic.session).toEqual(moved(130, 10))
  expect(traffic.allTime).toEqual(moved(130, 10))
  traffic.atLeast(moved(1000, 5))
  expect(traffic.allTime).toEqual(moved(1000, 10))
  traffic.flush(NOW)
  expect(catalogue.history.allTime()).toEqual(moved(1000, 10))
  // Their time is unknown.
  expect(traffic.history('hour', NOW + 1000).points).toMatchObject([moved(130, 10)])
})

test('failed writes are made up for later', () => {
  const traffic = new Traffic({
    ...catalogue.history,
    add() {
      throw new Error('disk full')
    },
    allTime: () => moved(0, 0),
  } as unknown as typeof catalogue.history)
  expect(() => traffic.note(moved(5, 5), NOW)).toThrow('disk full')
  expect(traffic.allTime).toEqual(moved(5, 5))
  expect(() => traffic.note(moved(7, 5), NOW + 20_000)).toThrow('disk full')
  expect(traffic.allTime).toEqual(moved(7, 5))
})
