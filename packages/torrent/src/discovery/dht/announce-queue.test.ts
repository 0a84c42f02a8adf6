import { describe, expect, it } from 'vitest'
import { delay } from '../../base/clock.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { AnnounceQueue, type AnnounceQueueOptions, type QueueItem } from './announce-queue.ts'

const MINUTE = 60_000

function setUp(options: Partial<AnnounceQueueOptions> & { takesMs?: number } = {}) {
  const clock = new VirtualClock()
  const runs: { item: Item; atMs: number }[] = []
  const state = { ready: true, busy: 0, most: 0 }
  const queue = new AnnounceQueue({ clock, ready: () => state.ready, ...options })
  class Item implements QueueItem {
    lastRunMs = -Infinity
    searching: boolean
    constructor(searching: boolean) {
      this.searching = searching
    }
    async run() {
      runs.push({ item: this, atMs: clock.nowMs() })
      state.most = Math.max(state.most, ++state.busy)
      await delay(clock, options.takesMs ?? 1000)
      state.busy--
    }
  }
  const add = (searching: boolean) => {
    const item = new Item(searching)
    queue.add(item)
    return item
  }
  const timesOf = (item: Item) => runs.filter(run => run.item === item).map(({ atMs }) => atMs)
  return { clock, queue, runs, state, add, timesOf }
}

describe('AnnounceQueue', () => {
  it('runs searching items every 5 minutes and announcing items every 15', async () => {
    const { clock, add, timesOf } = setUp()
    const [searching, announcing] = [add(true), add(false)]
    await clock.advance(31 * MINUTE)
    expect(timesOf(searching).map(at => Math.round(at / MINUTE))).toEqual([0, 5, 10, 15, 20, 25, 30])
    expect(timesOf(announcing).map(at => Math.round(at / MINUTE))).toEqual([0, 15, 30])
  })

  it('starts ten thousand items at a bounded rate, each once before any of them again', async () => {
    const { clock, add, runs, state } = setUp()
    const items = Array.from({ length: 10_000 }, () => add(false))
    expect(clock.pending).toBeLessThanOrEqual(2)
    await clock.advance(10_000)
    expect(runs.length).toBeLessThanOrEqual(41)
    expect(state.most).toBeLessThanOrEqual(4)
    await clock.advance(45 * MINUTE)
    expect(new Set(runs.slice(0, 10_000).map(({ item }) => item)).size).toBe(items.length)
  })

  it('runs a new searching item ahead of a long queue, but alternates if there are many', async () => {
    const { clock, add, timesOf, runs } = setUp()
    const line = Array.from({ length: 1000 }, () => add(false))
    await clock.advance(1000)
    const newcomers = Array.from({ length: 10 }, () => add(true))
    await clock.advance(10_000)
    expect(timesOf(newcomers[0]!)[0]).toBeLessThan(3000)
    for (const newcomer of newcomers) expect(timesOf(newcomer)).toHaveLength(1)
    expect(runs.filter(({ item }) => line.includes(item)).length).toBeGreaterThan(15)
  })

  it('runs no more items at once than its limit, however long they take', async () => {
    const { clock, add, runs } = setUp({ takesMs: 60 * MINUTE })
    for (let i = 0; i < 20; i++) add(true)
    await clock.advance(10 * MINUTE)
    expect(runs).toHaveLength(4)
    expect(clock.pending).toBe(4)
  })

  it('waits until there are nodes to query', async () => {
    const { clock, queue, add, runs, state } = setUp()
    state.ready = false
    add(true)
    await clock.advance(MINUTE)
    expect([runs.length, clock.pending]).toEqual([0, 0])
    state.ready = true
    queue.wake()
    expect(runs).toHaveLength(1)
  })

  it('expedites an item, but not within a minute of its last run', async () => {
    const { clock, queue, add, timesOf } = setUp()
    const item = add(true)
    await clock.advance(30_000)
    queue.expedite(item)
    expect(timesOf(item)).toHaveLength(1)
    expect(queue.dueMs(item)).toBe(5 * MINUTE + 1000)
    await clock.advance(31_000)
    queue.expedite(item)
    expect(timesOf(item)).toEqual([0, 61_000])
    expect(queue.dueMs(item)).toBeUndefined()
  })

  it('does not run items that were removed, before or during a run, and keeps no timer once closed', async () => {
    const { clock, queue, add, runs } = setUp()
    const [first, second] = [add(true), add(true)]
    queue.remove(first)
    queue.remove(second)
    await clock.advance(60 * MINUTE)
    expect(runs.map(({ item }) => item)).toEqual([first])
    expect(clock.pending).toBe(0)
    add(true)
    await clock.advance(5000)
    queue.close()
    expect(clock.pending).toBe(0)
  })
})
