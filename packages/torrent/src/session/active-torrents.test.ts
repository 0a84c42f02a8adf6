import { expect, test } from 'vitest'
import { VirtualClock } from '../base/virtual-clock.ts'
import { ActiveTorrents } from './active-torrents.ts'
import type { Torrent } from './torrent/torrent.ts'

function fakeTorrents(count: number, onTick: (at: number, nowMs: number) => void): Torrent[] {
  return Array.from({ length: count }, (_, at) => {
    const phases = { tick: (nowMs: number) => onTick(at, nowMs) }
    return { phases } as unknown as Torrent
  })
}

test('thousands of torrents are ticked once a second each, in many parts', async () => {
  const clock = new VirtualClock()
  const active = new ActiveTorrents(clock)
  const ticks = new Map<number, number[]>()
  const counts = Array.from({ length: 4000 }, () => 0)
  const torrents = fakeTorrents(counts.length, (at, nowMs) => {
    counts[at]!++
    ticks.set(nowMs, [...(ticks.get(nowMs) ?? []), at])
  })
  for (const torrent of torrents) active.set(torrent, true)
  await clock.advance(10_000)
  active.close()
  expect(Math.max(...[...ticks.values()].map(({ length }) => length))).toBe(100)
  expect(new Set(counts)).toEqual(new Set([9, 10]))
})

test('torrents that rest are not ticked, also within a round', async () => {
  const clock = new VirtualClock()
  const active = new ActiveTorrents(clock)
  const ticked: number[] = []
  const torrents = fakeTorrents(200, at => {
    ticked.push(at)
    if (at === 0) active.set(torrents[199]!, false)
  })
  for (const torrent of torrents) active.set(torrent, true)
  await clock.advance(3000)
  active.close()
  expect(ticked).toContain(198)
  expect(ticked).not.toContain(199)
})

test('a torrent whose tick fails does not stop the others', async () => {
  const clock = new VirtualClock()
  const active = new ActiveTorrents(clock)
  let ticks = 0
  const [bad, good] = fakeTorrents(2, at => {
    if (at === 0) throw new Error('out of order')
    ticks++
  })
  active.set(bad!, true)
  await expect(clock.advance(1500)).rejects.toThrow('out of order')
  active.set(good!, true)
  active.set(bad!, false)
  await clock.advance(3000)
  active.close()
  expect(ticks).toBeGreaterThanOrEqual(2)
})
