import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { RequestWindow } from './request-window.ts'

/**
 * A source that answers in order at `bytesPerSecond`, and at least `latencyMs` after the request.
 */
function simulate(
  window: RequestWindow,
  bytesPerSecond: number,
  latencyMs: number,
  forMs: number,
  startMs = 1000,
) {
  const asked: number[] = []
  let now = startMs
  let freeAt = now
  let received = 0
  const endMs = now + forMs
  const log: { atMs: number; blocks: number; target: number }[] = []
  while (now < endMs) {
    while (asked.length < window.target) asked.push(now)
    const askedMs = asked.shift()!
    now = freeAt = Math.max(freeAt, askedMs + latencyMs) + (BLOCK_BYTES * 1000) / bytesPerSecond
    received++
    window.onBlock(BLOCK_BYTES, now - askedMs, now)
    log.push({ atMs: now - startMs, blocks: received, target: window.target })
  }
  return { log, bytesPerSecond: (received * BLOCK_BYTES * 1000) / (now - startMs) }
}

describe('RequestWindow', () => {
  it('requests about 4 blocks from a modem', () => {
    const window = new RequestWindow()
    const { log } = simulate(window, 10_000, 200, 60_000)
    expect(Math.max(...log.map(({ target }) => target))).toBeLessThanOrEqual(6)
    for (const { target } of log.slice(10)) expect([3, 4]).toContain(target)
  })

  it('reaches 500 MB/s over loopback within 50 ms', () => {
    const window = new RequestWindow()
    const { log } = simulate(window, 500e6, 0.3, 1000)
    expect(log.find(({ target }) => target > 250)!.atMs).toBeLessThan(50)
    expect(window.target).toBeLessThan(350)
  })

  it('fills paths with long latency', () => {
    const window = new RequestWindow()
    simulate(window, 60e6, 300, 10_000)
    expect(simulate(window, 60e6, 300, 10_000, 20_000).bytesPerSecond).toBeGreaterThan(60e6 * 0.93)
    expect(window.target).toBe(2000)
  })

  it.each([
    [100_000, 50],
    [5_000_000, 20],
    [12_500_000, 200],
    [1_000_000, 600],
  ])(
    'fills a path of %d bytes a second and %d ms within two seconds, and does not let it swell',
    (rate, latency) => {
      const window = new RequestWindow()
      simulate(window, rate, latency, 4000)
      expect(simulate(window, rate, latency, 10_000, 5000).bytesPerSecond).toBeGreaterThan(rate * 0.93)
      const carried = (rate * (latency / 1000 + 2)) / BLOCK_BYTES
      expect(window.target).toBeLessThan(carried * 1.3 + 4)
      expect(window.target).toBeGreaterThan(Math.min(250, carried * 0.7))
    },
  )

  it('never exceeds the limit of the source, whatever number it gives', () => {
    const window = new RequestWindow()
    window.limit(250)
    simulate(window, 500e6, 1, 500)
    expect(window.target).toBe(250)
    for (const nonsense of [0, -5, Number.NaN]) {
      window.limit(nonsense)
      expect(window.target).toBe(1)
    }
    window.limit(Number.POSITIVE_INFINITY)
    expect(window.target).toBeGreaterThan(250)
  })

  it('starts small again after a stall and grows with the rate', () => {
    const window = new RequestWindow()
    simulate(window, 1e6, 50, 5000)
    window.stalled()
    expect(window.target).toBe(2)
    simulate(window, 1e6, 50, 5000, 30_000)
    expect(window.target).toBeGreaterThan(80)
  })

  it('accepts a response time longer than the clock has run', () => {
    const window = new RequestWindow()
    window.onBlock(0, 250.00000000000003, 0)
    expect(window.target).toBe(5)
  })

  it('stays between 2 and 2000 whatever arrives', () => {
    const blocks = fc.array(
      fc.tuple(fc.nat(70_000), fc.double({ min: 0, max: 1e7, noNaN: true }), fc.nat(5000)),
    )
    fc.assert(
      fc.property(blocks, list => {
        const window = new RequestWindow()
        let now = 0
        for (const [bytes, responseMs, gap] of list) {
          now += gap
          window.onBlock(bytes, responseMs, now)
          expect(window.target).toBeGreaterThanOrEqual(2)
          expect(window.target).toBeLessThanOrEqual(2000)
          expect(Number.isInteger(window.target)).toBe(true)
        }
      }),
    )
  })
})
