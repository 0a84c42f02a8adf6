import { expect, it } from 'vitest'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Candidates } from './candidates.ts'
import { type Endpoint, toEndpoint } from './contact.ts'

function setUp(isTableSmall: boolean) {
  const clock = new VirtualClock()
  const pinged: Endpoint[] = []
  const options = {
    clock,
    isTableSmall: () => isTableSmall,
    ping: (endpoint: Endpoint) => void pinged.push(endpoint),
  }
  return { clock, pinged, candidates: new Candidates(options) }
}
const at = (i: number, port = 1) => toEndpoint(`1.2.${i >> 8}.${i & 0xff}`, port)!

it('pings one at a time, faster while the table is small', async () => {
  for (const [isTableSmall, count] of [
    [true, 100],
    [false, 5],
  ] as const) {
    const { clock, pinged, candidates } = setUp(isTableSmall)
    for (let i = 0; i < 1000; i++) candidates.add(at(i))
    await clock.advance(10_000)
    expect(pinged).toHaveLength(count)
    candidates.close()
    expect(clock.pending).toBe(0)
  }
})

it('pings an address once in five minutes, whatever port is claimed', async () => {
  const { clock, pinged, candidates } = setUp(true)
  for (let second = 0; second < 299; second++) {
    candidates.add(at(1, 1 + second))
    await clock.advance(1000)
  }
  expect(pinged).toHaveLength(1)
  await clock.advance(5000)
  candidates.add(at(1))
  await clock.advance(1000)
  expect(pinged).toHaveLength(2)
})
