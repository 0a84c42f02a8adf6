import { describe, expect, test } from 'vitest'
import { Congestion, TARGET_MICROS } from './congestion.ts'
import { RoundTrip } from './round-trip.ts'
import { collect, type LinkOptions, pattern, UtpLink } from './testing/utp-link.ts'

/** 4 Mbit/s with 250 ms of buffer. */
const SLOW: LinkOptions = { bytesPerSecond: 500_000, queueBytes: 125_000, latencyMs: 20 }

async function time(options: LinkOptions, length: number): Promise<{ tookMs: number; link: UtpLink }> {
  const link = new UtpLink(options)
  const [a, b] = await link.connect()
  const atB = collect(b)
  collect(a)
  const startedMs = link.clock.nowMs()
  a.write(pattern(length))
  expect(await link.clock.until(() => atB.length === length, 300_000)).toBe(true)
  return { tookMs: link.clock.nowMs() - startedMs, link }
}

describe('congestion control', () => {
  test('fills a slow link without a queue of more than the target', async () => {
    const { tookMs, link } = await time(SLOW, 4_000_000)
    expect(tookMs).toBeLessThan(1.12 * 8000)
    expect(link.longestQueueMs).toBeLessThan(0.94 * (TARGET_MICROS / 1000))
  })

  test('is not led astray by clocks that wrap, jump or drift', async () => {
    const { tookMs: right } = await time(SLOW, 1_500_000)
    const wrong: Record<string, (side: 'a' | 'b', now: number) => number> = {
      wraps: (side, now) => (side === 'b' ? now + 2 ** 32 / 1000 - 1500 : now),
      'jumps ahead': (side, now) => (side === 'b' && now > 1500 ? now + 3_600_000 : now),
      'jumps back': (side, now) => (side === 'a' && now > 1500 ? now + 1_000_000 : now),
      'jumps a little': (side, now) => (side === 'b' && now > 1500 ? now + 90 : now),
      'jumps by half of all times': (side, now) => (side === 'b' && now > 1500 ? now + 2 ** 31 / 1000 : now),
      'is fast': (side, now) => (side === 'b' ? now * 1.001 : now),
      'is slow': (side, now) => (side === 'b' ? now * 0.999 : now),
    }
    for (const [name, clockOf] of Object.entries(wrong)) {
      const { tookMs, link } = await time({ ...SLOW, clockOf }, 1_500_000)
      expect(tookMs, name).toBeLessThan(1.25 * right)
      expect(link.longestQueueMs, name).toBeLessThan(2.5 * (TARGET_MICROS / 1000))
    }
  })

  test('does not take the losses of a radio link for congestion', async () => {
    const radio = { bytesPerSecond: 6_250_000, queueBytes: 1_000_000, latencyMs: 40 }
    const { tookMs } = await time({ ...radio, loss: 0.005 }, 8_000_000)
    // With half of the window lost each time, it would take more than twice as long.
    expect(tookMs).toBeLessThan(10_000)
  })

  test('shares a link with one that came later', async () => {
    const link = new UtpLink(SLOW)
    const flow = async () => {
      const [a, b] = await link.connect()
      collect(a)
      a.write(new Uint8Array(40_000_000))
      return collect(b)
    }
    const first = await flow()
    await link.clock.advance(10_000)
    const second = await flow()
    await link.clock.advance(20_000)
    const before = [first.length, second.length] as const
    await link.clock.advance(40_000)
    const rates = [first.length - before[0], second.length - before[1]]
    expect(Math.min(...rates) / Math.max(...rates)).toBeGreaterThan(0.5)
  })

  test('leaves the first its share soon, although it came later', async () => {
    for (const startMs of [3000, 10_000]) {
      const link = new UtpLink(SLOW)
      const flow = async () => {
        const [a, b] = await link.connect()
        collect(a)
        a.write(new Uint8Array(40_000_000))
        return collect(b)
      }
      const first = await flow()
      await link.clock.advance(startMs)
      const second = await flow()
      const before = first.length
      await link.clock.advance(20_000)
      const share = second.length / (second.length + first.length - before)
      // It would take 0.85 until its first slowdown after ten seconds.
      expect(share).toBeGreaterThan(0.35)
      expect(share).toBeLessThan(0.7)
    }
  })

  test('grows by a bounded amount per round trip, whatever delays a peer claims', () => {
    const grown = (claim: (round: number) => number) => {
      const roundTrip = new RoundTrip()
      const congestion = new Congestion(roundTrip, 1452)
      congestion.onLoss(1e9)
      const before = congestion.windowBytes
      for (let round = 0; round < 10; round++) {
        roundTrip.add(50, 50 * round)
        congestion.isLimiting = true
        for (let ack = 0; ack < 4; ack++) {
          congestion.onDelay(claim(4 * round + ack) >>> 0, 50 * round)
          congestion.onAck(congestion.windowBytes / 4, 50 * round + ack)
        }
      }
      return congestion.windowBytes - before
    }
    const honest = grown(() => 1_000_000)
    expect(honest).toBeLessThan(10 * 3100)
    for (const claim of [
      (i: number) => 4e9 - i * 1e6,
      (i: number) => i * 1e6,
      (i: number) => (i % 2) * 2 ** 31,
      () => 1,
      (i: number) => Math.imul(i, 0x9e3779b1),
    ])
      expect(grown(claim)).toBeLessThanOrEqual(honest)
  })

  test('halves the window when many packets are lost or there is a queue, and begins again after a timeout', () => {
    const roundTrip = new RoundTrip()
    const congestion = new Congestion(roundTrip, 1000)
    congestion.windowBytes = 100_000
    congestion.onLoss(10_000)
    expect(congestion.windowBytes).toBe(50_000)
    congestion.onLoss(1000)
    expect(congestion.windowBytes).toBe(42_500)
    roundTrip.add(10, 0)
    roundTrip.add(100, 0)
    for (const delay of [5000, 90_000, 90_000, 90_000, 90_000]) congestion.onDelay(delay, 0)
    congestion.onLoss(1000)
    expect(congestion.windowBytes).toBe(21_250)
    congestion.onTimeout()
    expect(congestion.windowBytes).toBe(1000)
    expect(congestion.isSlowStart).toBe(true)
  })
})
