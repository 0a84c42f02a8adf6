import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LimitChain, RateLimit } from './rate-limit.ts'
import { VirtualClock } from './virtual-clock.ts'

const BLOCK = 16_384

/** A user that always has more to send. */
class Sender {
  readonly chain: LimitChain
  sent = 0
  stopped = false
  readonly #block: number
  readonly #clock: VirtualClock
  readonly log: { atMs: number; bytes: number }[] = []

  constructor(clock: VirtualClock, limits: readonly RateLimit[], block = BLOCK) {
    this.#clock = clock
    this.#block = block
    this.chain = new LimitChain(clock, limits)
    this.send()
  }

  send(): void {
    while (!this.stopped && this.chain.take(this.#block)) {
      this.sent += this.#block
      this.log.push({ atMs: this.#clock.nowMs(), bytes: this.#block })
    }
    if (!this.stopped) this.chain.whenReady(() => this.send(), this.#block)
  }

  mostWithin(ms: number): number {
    let most = 0
    let sum = 0
    let first = 0
    for (const { atMs, bytes } of this.log) {
      sum += bytes
      while (this.log[first]!.atMs <= atMs - ms) sum -= this.log[first++]!.bytes
      most = Math.max(most, sum)
    }
    return most
  }
}

describe('RateLimit', () => {
  it.each([10_000, 50_000, 1_000_000, 20_000_000, 100_000_000])(
    'lets %d bytes per second through, within 5 % over ten seconds',
    async rate => {
      const clock = new VirtualClock()
      const limit = new RateLimit(clock, rate)
      const sender = new Sender(clock, [limit])
      await clock.advance(10_000)
      expect(Math.abs(sender.sent - rate * 10)).toBeLessThan(rate * 10 * 0.05)
      expect(sender.mostWithin(250)).toBeLessThanOrEqual(rate * 0.5 + BLOCK + 8192)
      limit.close()
      expect(clock.pending).toBe(0)
    },
  )

  it('stays exact when timers fire late', async () => {
    const clock = new VirtualClock()
    const late = {
      nowMs: () => clock.nowMs(),
      unixMs: () => clock.unixMs(),
      after: (ms: number, callback: () => void) => clock.after(ms + 40, callback),
    }
    const limit = new RateLimit(late, 1_000_000)
    const chain = new LimitChain(late, [limit])
    let sent = 0
    const send = () => {
      while (chain.take(BLOCK)) sent += BLOCK
      chain.whenReady(send)
    }
    send()
    await clock.advance(10_000)
    expect(Math.abs(sent - 1e7)).toBeLessThan(5e5)
  })

  it('saves up a quarter of a second and no more', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 1_000_000)
    const chain = new LimitChain(clock, [limit])
    await clock.advance(60_000)
    let burst = 0
    while (chain.take(1000)) burst += 1000
    expect(burst).toBeGreaterThan(249_000)
    expect(burst).toBeLessThanOrEqual(251_000)
  })

  it('shares evenly among waiting users, including later ones', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 1_000_000)
    const senders = Array.from({ length: 7 }, () => new Sender(clock, [limit]))
    await clock.advance(10_000)
    const late = new Sender(clock, [limit])
    const before = senders.map(({ sent }) => sent)
    await clock.advance(10_000)
    const total = 1e7
    for (const { sent } of [...senders]) expect(sent).toBeGreaterThan(0)
    senders.forEach(({ sent }, at) => {
      expect(Math.abs(sent - before[at]! - total / 8)).toBeLessThan(2 * BLOCK)
    })
    expect(Math.abs(late.sent - total / 8)).toBeLessThan(2 * BLOCK)
  })

  it('does not let anybody overtake a waiting user', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 100_000)
    const first = new Sender(clock, [limit])
    const greedy = new LimitChain(clock, [limit])
    let taken = 0
    for (let step = 0; step < 1000; step++) {
      await clock.advance(10)
      if (greedy.take(BLOCK)) taken++
    }
    expect(taken).toBe(0)
    expect(first.sent).toBeGreaterThan(950_000)
  })

  it('obeys every limit of a chain, and takes from none if one refuses', async () => {
    const clock = new VirtualClock()
    const session = new RateLimit(clock, 900_000)
    const slow = new RateLimit(clock, 100_000)
    const a = new Sender(clock, [session, slow])
    const b = new Sender(clock, [session])
    const c = new Sender(clock, [session, new RateLimit(clock)])
    await clock.advance(10_000)
    expect(Math.abs(a.sent - 1e6)).toBeLessThan(5e4)
    expect(Math.abs(b.sent - 4e6)).toBeLessThan(2e5)
    expect(Math.abs(c.sent - 4e6)).toBeLessThan(2e5)
  })

  it('costs nothing and runs no timer while unlimited', () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock)
    const chain = new LimitChain(clock, [limit])
    expect(chain.isLimited).toBe(false)
    for (let step = 0; step < 1000; step++) expect(chain.take(1e9)).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('runs a timer only while somebody waits', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 100_000)
    const sender = new Sender(clock, [limit])
    expect(clock.pending).toBe(1)
    sender.stopped = true
    sender.chain.cancel()
    expect(clock.pending).toBe(0)
    expect(limit.waiting).toBe(0)
  })

  it('follows a change of the rate at once', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 10_000)
    const sender = new Sender(clock, [limit])
    await clock.advance(5000)
    limit.setRate(1_000_000)
    const before = sender.sent
    await clock.advance(10_000)
    expect(Math.abs(sender.sent - before - 1e7)).toBeLessThan(5e5)
    limit.setRate(0)
    await clock.advance(1)
    const stopped = sender.sent
    expect(clock.pending).toBe(0)
    await clock.advance(100_000)
    expect(sender.sent).toBe(stopped)
    limit.setRate(50_000)
    await clock.advance(10_000)
    expect(Math.abs(sender.sent - stopped - 500_000)).toBeLessThan(25_000)
  })

  it('wakes everybody when the limit is lifted', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 0)
    let woken = 0
    const chains = Array.from({ length: 5 }, () => new LimitChain(clock, [limit]))
    for (const chain of chains) chain.whenReady(() => woken++)
    limit.setRate(Number.POSITIVE_INFINITY)
    expect(woken).toBe(0)
    await clock.advance(10)
    expect(woken).toBe(5)
    expect(clock.pending).toBe(0)
  })

  it('calls the latest callback once, asynchronously, even if nothing has to be waited for', async () => {
    const clock = new VirtualClock()
    const chain = new LimitChain(clock, [new RateLimit(clock, 1e6)])
    const seen: string[] = []
    await clock.advance(1000)
    chain.whenReady(() => seen.push('a'))
    chain.whenReady(() => seen.push('b'))
    expect(seen).toEqual([])
    await clock.advance(1000)
    expect(seen).toEqual(['b'])
  })

  it('gives back unused bytes, and makes up for bytes that were charged', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 100_000)
    const chain = new LimitChain(clock, [limit])
    await clock.advance(1000)
    expect(chain.take(25_000)).toBe(true)
    expect(chain.take(BLOCK)).toBe(false)
    chain.give(25_000)
    expect(chain.take(BLOCK)).toBe(true)
    chain.charge(100_000)
    let readyMs = 0
    chain.whenReady(() => {
      readyMs = clock.nowMs()
    })
    await clock.advance(2000)
    // 16,384 + 100,000 - 25,000 bytes are owed and half a block must be available: 996 ms.
    expect(readyMs - 1000).toBeGreaterThan(950)
    expect(readyMs - 1000).toBeLessThan(1050)
  })

  it('keeps serving others when a callback throws', async () => {
    const clock = new VirtualClock()
    const limit = new RateLimit(clock, 1e6)
    const bad = new LimitChain(clock, [limit])
    bad.whenReady(() => {
      throw new Error('a bug elsewhere')
    })
    const good = new Sender(clock, [limit])
    await clock.advance(1000).catch(() => {})
    await clock.advance(1000)
    expect(good.sent).toBeGreaterThan(500_000)
  })

  it('rejects negative rates and NaN', () => {
    const clock = new VirtualClock()
    for (const rate of [-1, Number.NaN]) {
      expect(() => new RateLimit(clock, rate)).toThrow(/Infinity for no limit/)
      expect(() => new RateLimit(clock).setRate(rate)).toThrow(/Infinity for no limit/)
    }
  })

  it('is exact on average for any mix of users and sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20_000, max: 5_000_000 }),
        fc.array(fc.integer({ min: 1000, max: 32_768 }), { minLength: 1, maxLength: 8 }),
        async (rate, sizes) => {
          const clock = new VirtualClock()
          const limit = new RateLimit(clock, rate)
          const senders = sizes.map(size => new Sender(clock, [limit], size))
          await clock.advance(4000)
          const sent = senders.reduce((sum, sender) => sum + sender.sent, 0)
          expect(Math.abs(sent - rate * 4)).toBeLessThan(32_768 + rate * 0.02)
          limit.close()
        },
      ),
      { numRuns: 15 },
    )
  })
})
