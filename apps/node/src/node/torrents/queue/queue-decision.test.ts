import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IDLE_MS, type QueuedTorrent, queueDecision } from './queue-decision.ts'

const torrent = (id: string, order: number, more: Partial<QueuedTorrent> = {}): QueuedTorrent => ({
  id,
  complete: false,
  forced: false,
  order,
  running: false,
  idleSinceMs: null,
  ...more,
})
const NOW = 10 * IDLE_MS
const one = { maxDownloads: 1, maxSeeds: 1 }

test('slots are assigned in queue order, separately for downloads and seeds', () => {
  const torrents = [
    torrent('c', 3),
    torrent('a', 1),
    torrent('b', 2, { complete: true }),
    torrent('d', 4, { complete: true }),
  ]
  const { run, wait } = queueDecision(torrents, one, NOW)
  expect([...run]).toEqual(['a', 'b'])
  expect([...wait]).toEqual(['c', 'd'])
})

test('forced and long idle torrents take no slot', () => {
  const idle = { running: true, idleSinceMs: NOW - IDLE_MS }
  const torrents = [
    torrent('forced', 1, { forced: true }),
    torrent('idle', 2, idle),
    torrent('idle-not-long', 3, { ...idle, idleSinceMs: NOW - IDLE_MS + 1 }),
    torrent('next', 4),
    torrent('idle-not-running', 5, { idleSinceMs: 0 }),
  ]
  const { run, wait } = queueDecision(torrents, one, NOW)
  expect([...run]).toEqual(['forced', 'idle', 'idle-not-long'])
  expect([...wait]).toEqual(['next', 'idle-not-running'])
})

test('without limits, all run', () => {
  const torrents = [torrent('a', 1), torrent('b', 2, { complete: true })]
  expect(queueDecision(torrents, { maxDownloads: null, maxSeeds: null }, NOW).wait.size).toBe(0)
})

test('each torrent gets one decision, the limit holds, and no slot is left empty', () => {
  const some = fc.array(
    fc.record({
      complete: fc.boolean(),
      forced: fc.boolean(),
      running: fc.boolean(),
      idleSinceMs: fc.option(fc.nat(NOW)),
    }),
  )
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 5 }), (list, maxDownloads) => {
      const torrents = list.map((each, at) => torrent(String(at), at, each))
      const { run, wait } = queueDecision(torrents, { maxDownloads, maxSeeds: null }, NOW)
      expect(run.size + wait.size).toBe(torrents.length)
      const counted = torrents.filter(
        each =>
          run.has(each.id) &&
          !each.complete &&
          !each.forced &&
          !(each.running && each.idleSinceMs !== null && NOW - each.idleSinceMs >= IDLE_MS),
      )
      expect(counted.length).toBeLessThanOrEqual(maxDownloads)
      if (wait.size > 0) expect(counted.length).toBe(maxDownloads)
    }),
  )
})
