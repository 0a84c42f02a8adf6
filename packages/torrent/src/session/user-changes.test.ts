import { existsSync } from 'node:fs'
import { until } from '@shoal/testing'
import { expect, test } from 'vitest'
import type { ResumeProgress, ResumeStore } from '../storage/record/resume-store.ts'
import { Loopback } from './testing/loopback.ts'

/** Keeps only the last progress, as a killed process would leave it. */
function lastOnly(): ResumeStore & { last: ResumeProgress | null } {
  return {
    last: null,
    async *load() {},
    async saveMetainfo() {},
    async save(_key, progress) {
      this.last = progress
    },
    async delete() {},
    async loadNote() {
      return null
    },
    async saveNote() {},
    async close() {},
  }
}

test('changes to a paused torrent are recorded at once, not when the session ends', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': 40_000, 'b.bin': 40_000 })
  const store = lastOnly()
  const session = await loop.open({ directory: loop.folder, resumeStore: store })
  const torrent = await session.add(metainfo)
  await torrent.whenComplete()
  await torrent.pause()
  expect(store.last).toMatchObject({ paused: true, sequential: false })
  torrent.setLimits({ uploadBytesPerSecond: 1000 })
  await until('the limit is recorded', () => store.last?.uploadLimit === 1000)
  torrent.setSequential(true)
  await until('the order is recorded', () => store.last?.sequential === true)
  await torrent.setPriority(1, 7)
  await until('the priority is recorded', () => store.last?.priorities?.includes(7) === true)
  await session.add(metainfo, { webSeeds: ['http://seed.example/'] })
  await until('the web seed is recorded', () => store.last?.webSeeds[0] === 'http://seed.example/')
})

test('removing a torrent with its files deletes the record last, so that a crash leaves something to delete them by', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': 40_000 })
  const store = lastOnly()
  const path = loop.path('content', 'a.bin')
  const wasThere: boolean[] = []
  store.delete = async () => void wasThere.push(existsSync(path))
  const session = await loop.open({ directory: loop.folder, resumeStore: store })
  const torrent = await session.add(metainfo)
  await torrent.whenComplete()
  expect(existsSync(path)).toBe(true)
  await torrent.remove({ deleteData: true })
  expect(wasThere).toEqual([false])
})

test('a paused torrent that is trusted becomes complete without being read, and stays paused', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': 40_000 })
  const store = lastOnly()
  const session = await loop.open({ directory: loop.folder, resumeStore: store })
  const torrent = await session.add(metainfo, { paused: true, trusted: true })
  expect(torrent.isComplete).toBe(false)
  await torrent.trust()
  expect([torrent.isComplete, torrent.paused]).toEqual([true, true])
  await until('its pieces are recorded', () => store.last?.had?.some(byte => byte !== 0) === true)
  await torrent.resume()
  expect(torrent.state).toBe('seeding')
})

test('trust changes nothing in torrents that are not trusted', async () => {
  await using loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': 40_000 })
  const session = await loop.open({ directory: loop.folder })
  const torrent = await session.add(metainfo, { paused: true })
  await torrent.trust()
  expect(torrent.isComplete).toBe(false)
})
