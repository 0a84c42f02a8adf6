import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateMeter } from './rate-meter.ts'

describe('RateMeter', () => {
  it('is 0 before the first byte and after three seconds without one', () => {
    const meter = new RateMeter()
    expect(meter.bytesPerSecond(0)).toBe(0)
    meter.add(30_000, 1000)
    expect(meter.bytesPerSecond(1200)).toBeGreaterThan(0)
    expect(meter.bytesPerSecond(4300)).toBe(0)
    expect(meter.totalBytes).toBe(30_000)
  })

  it('shows a steady rate within 5 % from the first half second on, and follows a change in three seconds', () => {
    const meter = new RateMeter()
    let now = 12_345
    const run = (perMs: number, ms: number) => {
      for (const end = now + ms; now < end; now += 10) meter.add(perMs * 10, now)
    }
    run(100, 600)
    expect(Math.abs(meter.bytesPerSecond(now) - 100_000)).toBeLessThan(5000)
    run(100, 20_000)
    expect(Math.abs(meter.bytesPerSecond(now) - 100_000)).toBeLessThan(5000)
    run(10, 3000)
    expect(Math.abs(meter.bytesPerSecond(now) - 10_000)).toBeLessThan(500)
  })

  it('does not mistake the first burst for a rate', () => {
    const meter = new RateMeter()
    meter.add(16_384, 5000)
    expect(meter.bytesPerSecond(5000)).toBe(32_768)
    meter.add(16_384, 5001)
    expect(meter.bytesPerSecond(5001)).toBe(65_536)
  })

  it('counts the wait for the first byte after begin()', () => {
    const meter = new RateMeter()
    meter.begin(10_000)
    meter.begin(11_000)
    meter.add(16_384, 12_000)
    expect(meter.bytesPerSecond(12_000)).toBe(8192)
  })

  it('starts over after a pause', () => {
    const meter = new RateMeter()
    meter.add(1_000_000, 0)
    meter.add(1000, 60_000)
    expect(meter.bytesPerSecond(60_000)).toBe(2000)
  })

  it('counts exactly the bytes of its window', () => {
    const events = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 1e6 }), gap: fc.nat(2000) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(events, list => {
        const meter = new RateMeter()
        const seen: { bytes: number; at: number }[] = []
        let now = 777
        for (const { bytes, gap } of list) {
          now += gap
          meter.add(bytes, now)
          seen.push({ bytes, at: now })
          const oldest = (Math.floor(now / 250) - 11) * 250
          const inWindow = seen.filter(({ at }) => at >= oldest).reduce((sum, one) => sum + one.bytes, 0)
          const rate = meter.bytesPerSecond(now)
          // Over at least half a second and at most three.
          expect(rate).toBeLessThanOrEqual(inWindow * 2 + 1e-6)
          expect(rate).toBeGreaterThanOrEqual(inWindow / 3 - 1e-6)
        }
      }),
    )
  })
})
