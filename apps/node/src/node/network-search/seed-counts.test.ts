import type { InfoHashes } from '@shoal/torrent'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import { COUNT_MS, COUNTED_ROWS, SeedCounts } from './seed-counts.ts'

const rowsFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({
    id: `row ${from + at}`,
    infoHashes: { v1: new Uint8Array(20).fill(from + at) },
  }))

function newCounts(own: readonly number[] = []) {
  const clock = new VirtualClock()
  const closing = new AbortController()
  const answers = new Map<number, (count: number | null) => void>()
  let changes = 0
  const numberOf = ({ v1 }: InfoHashes) => v1![0]!
  const counts = new SeedCounts({
    clock,
    probes: { count: hashes => new Promise(resolve => answers.set(numberOf(hashes), resolve)) },
    isSeed: hashes => own.includes(numberOf(hashes)),
    onChanged: () => void changes++,
    signal: closing.signal,
  })
  return { clock, closing, counts, answers, changes: () => changes }
}

test('the best rows are counted, once each, and this node is one of their seeds', async () => {
  const { clock, counts, answers, changes } = newCounts([1])
  counts.ranked(rowsFrom(0, 50))
  expect([...answers.keys()]).toEqual(Array.from({ length: COUNTED_ROWS }, (_, at) => at))
  answers.get(0)!(3)
  answers.get(1)!(3)
  answers.get(2)!(null)
  await clock.advance(0)
  expect([...counts.counts]).toEqual([
    ['row 0', 3],
    ['row 1', 4],
  ])
  expect(changes()).toBe(3)
  expect([0, 2, 3].map(at => counts.isCounting(`row ${at}`))).toEqual([false, false, true])
  answers.clear()
  // A new order brings other rows to the front.
  counts.ranked([...rowsFrom(48, 50), ...rowsFrom(0, 48)])
  expect([...answers.keys()]).toEqual([48, 49])
})

test('numbers are waited for some time after all rows have come, and shown when they come later', async () => {
  const { clock, counts, answers, changes } = newCounts()
  counts.ranked(rowsFrom(0, 2))
  await clock.advance(10 * COUNT_MS)
  expect(counts.isCounting('row 0')).toBe(true)
  counts.complete()
  await clock.advance(COUNT_MS - 1)
  expect([counts.isCounting('row 0'), changes()]).toEqual([true, 0])
  await clock.advance(1)
  expect([counts.isCounting('row 0'), changes()]).toEqual([false, 1])
  answers.get(0)!(7)
  await clock.advance(0)
  expect([counts.counts.get('row 0'), changes()]).toEqual([7, 2])
  // From then on, only requested rows are counted, for the same time.
  counts.ranked(rowsFrom(5, 9))
  expect(answers.has(5)).toBe(false)
  counts.count(rowsFrom(5, 6))
  expect([answers.has(5), counts.isCounting('row 5')]).toEqual([true, true])
  await clock.advance(COUNT_MS)
  expect(counts.isCounting('row 5')).toBe(false)
})

test('what could not be counted can be asked for again; what is known is not counted twice', async () => {
  const { clock, counts, answers } = newCounts()
  counts.ranked(rowsFrom(0, 2))
  answers.get(0)!(null)
  answers.get(1)!(1)
  await clock.advance(0)
  answers.clear()
  counts.ranked(rowsFrom(0, 2))
  expect([...answers.keys()]).toEqual([])
  counts.count(rowsFrom(0, 2))
  expect([...answers.keys()]).toEqual([0])
})

test('it leaves no timer and says nothing when the search ends', async () => {
  const { clock, closing, counts, answers, changes } = newCounts()
  counts.ranked(rowsFrom(0, 1))
  counts.complete()
  closing.abort()
  answers.get(0)!(1)
  await clock.advance(0)
  expect([clock.pending, changes()]).toEqual([0, 0])
})
