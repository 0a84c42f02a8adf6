import { expect, it } from 'vitest'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { toEndpoint } from './contact.ts'
import { QueryLimits } from './query-limits.ts'

const at = (host: string, port = 1) => toEndpoint(host, port)!

it('admits a burst from an address, then its rate', async () => {
  const clock = new VirtualClock()
  const limits = new QueryLimits(clock, { perAddress: 10 })
  const admitted = (count: number) =>
    Array.from({ length: count }, (_, i) => limits.admits(at('1.2.3.4', 1 + i))).filter(Boolean).length
  expect(admitted(100)).toBe(40)
  await clock.advance(1000)
  expect(admitted(100)).toBe(10)
  expect(limits.admits(at('1.2.3.5'))).toBe(true)
})

it('limits the rate of all addresses together', () => {
  const limits = new QueryLimits(new VirtualClock(), { inAll: 100 })
  let admitted = 0
  for (let i = 0; i < 10_000; i++) if (limits.admits(at(`9.${i >> 8}.${i & 0xff}.1`))) admitted++
  expect(admitted).toBe(400)
})

it('counts an IPv6 network as one address', () => {
  const limits = new QueryLimits(new VirtualClock())
  let admitted = 0
  for (let i = 1; i < 1000; i++) if (limits.admits(at(`2001:db8::${i.toString(16)}`))) admitted++
  expect(admitted).toBe(40)
})

it('limits the bytes of responses', async () => {
  const clock = new VirtualClock()
  const limits = new QueryLimits(clock, { replyBytes: 1000 })
  const sent = () => Array.from({ length: 100 }, () => limits.allowsReply(500)).filter(Boolean).length
  expect(sent()).toBe(8)
  await clock.advance(2000)
  expect(sent()).toBe(4)
})
