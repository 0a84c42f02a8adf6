import { expect, it } from 'vitest'
import { VirtualClock } from '../base/virtual-clock.ts'
import { InputBudget, InputShare } from './input-budget.ts'

const KB = 1024
/** Milliseconds between turns, for all other work. */
const OTHER_MS = 1

/** Connections that always have more to read: handling a byte of one takes its `msPerByte`. */
class Loop {
  readonly clock = new VirtualClock()
  readonly budget: InputBudget
  #workMs = 0
  /** Processor time of all turns before this one. */
  #beforeMs = 0
  /** Time of this turn in which other programs used the processor. */
  #awayMs = 0
  /** Times that turns took. */
  readonly turnsMs: number[] = []

  constructor() {
    this.budget = new InputBudget({
      nowMs: () => this.clock.nowMs() + this.#workMs + this.#awayMs,
      processorMs: () => this.#beforeMs + this.#workMs,
      next: callback =>
        void this.clock.after(OTHER_MS, () => {
          this.turnsMs.push(this.#workMs)
          this.#beforeMs += this.#workMs
          this.#workMs = 0
          this.#awayMs = 0
          callback()
        }),
    })
  }

  /**
   * Reads from it like a socket: full buffers, until its share is used. Returns the slices that
   * were passed on.
   */
  flood(msPerByte: number | (() => number), buffer = 256 * KB, awayMs = () => 0): number[] {
    const share = new InputShare(this.budget)
    const slices: number[] = []
    const bytes = new Uint8Array(buffer)
    let held = buffer
    const read = () => {
      while (!share.isUsed) {
        held -= share.pass(bytes.subarray(0, held), slice => {
          this.#workMs += slice.length * (typeof msPerByte === 'number' ? msPerByte : msPerByte())
          this.#awayMs += awayMs()
          slices.push(slice.length)
          return true
        })
        if (held === 0) held = buffer
      }
      share.wait(read)
    }
    read()
    return slices
  }
}

it('reads cheap bytes in whole buffers', async () => {
  const loop = new Loop()
  const slices = loop.flood(1e-6)
  await loop.clock.advance(100)
  expect(slices.slice(0, 5)).toEqual([16, 32, 64, 128, 16].map(count => count * KB))
  expect(slices.length).toBeGreaterThan(100)
  expect(slices.slice(5).every(length => length === 256 * KB)).toBe(true)
})

it('bounds a turn, however much each byte costs', async () => {
  for (const msPerByte of [1e-5, 1e-4, 1e-3]) {
    const loop = new Loop()
    loop.flood(msPerByte)
    await loop.clock.advance(1000)
    // The first slice is long because nothing is known about the source yet.
    expect(Math.max(...loop.turnsMs.slice(1))).toBeLessThan(9)
    // It does not waste its time budget.
    expect(Math.max(...loop.turnsMs)).toBeGreaterThan(3)
  }
})

it('divides a turn fairly among sources, and serves each in every turn', async () => {
  const loop = new Loop()
  const floods = Array.from({ length: 20 }, () => loop.flood(1e-4))
  const modest = loop.flood(1e-4, 200)
  await loop.clock.advance(1000)
  expect(Math.max(...loop.turnsMs.slice(3))).toBeLessThan(12)
  const totals = floods.map(slices => slices.reduce((sum, length) => sum + length, 0))
  expect(Math.min(...totals) / Math.max(...totals)).toBeGreaterThan(0.4)
  expect(modest.length).toBeGreaterThanOrEqual(loop.turnsMs.length)
})

it('recovers from cheap bytes that become expensive', async () => {
  const loop = new Loop()
  let cost = 1e-6
  loop.flood(() => cost)
  await loop.clock.advance(100)
  cost = 1e-4
  const before = loop.turnsMs.length
  await loop.clock.advance(100)
  expect(Math.max(...loop.turnsMs.slice(before + 2))).toBeLessThan(9)
})

it('does not count the time that other programs take', async () => {
  const loop = new Loop()
  let count = 0
  const slices = loop.flood(1e-6, 256 * KB, () => (++count % 3 === 0 ? 7 : 0))
  await loop.clock.advance(100)
  expect(slices.slice(20).every(length => length === 256 * KB)).toBe(true)
  // A turn of 4 ms has 15 slices of 0.26 ms, although others took 35 ms of it.
  expect(Math.min(...loop.turnsMs.slice(2))).toBeGreaterThan(3)
})

it('passes nothing on after the receiver wants no more', () => {
  const share = new InputShare(new InputBudget({ nowMs: () => 0, processorMs: () => 0, next() {} }))
  const slices: number[] = []
  const passed = share.pass(new Uint8Array(100 * KB), slice => slices.push(slice.length) < 2)
  expect(passed).toBe(48 * KB)
  expect(slices).toEqual([16 * KB, 32 * KB])
})

it('waits once for the next turn', async () => {
  const loop = new Loop()
  const share = new InputShare(loop.budget)
  let calls = 0
  const call = () => calls++
  share.wait(call)
  share.wait(call)
  expect([calls, share.isWaiting]).toEqual([0, true])
  await loop.clock.advance(OTHER_MS)
  expect([calls, share.isWaiting]).toEqual([1, false])
})
