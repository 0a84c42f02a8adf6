import { expect, onTestFinished, test, vi } from 'vitest'
import { Problems } from './problems.ts'
import { TICK_MS, Ticker } from './ticker.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

test('each part of a tick has a turn of the event loop to itself', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const ticker = new Ticker(new Problems(SILENT))
  const done: string[] = []
  const stops = ['first', 'second', 'third'].map(part => ticker.every(part, () => done.push(part)))
  vi.advanceTimersByTime(TICK_MS)
  expect(done).toEqual(['first'])
  // It does not start again before it has ended.
  vi.advanceTimersByTime(TICK_MS)
  expect(done).toEqual(['first'])
  await vi.waitFor(() => expect(done).toEqual(['first', 'second', 'third']))
  await new Promise(setImmediate)
  vi.advanceTimersByTime(TICK_MS)
  stops[1]!()
  await vi.waitFor(() => expect(done.slice(3)).toEqual(['first', 'third']))
  for (const stop of stops) stop()
})
