import { expect, it } from 'vitest'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { Transport } from '../../transport/transport.ts'
import { PunchedHoles, type PunchingSession } from './punched-holes.ts'

const utp = { kind: 'utp' } as Transport
const session = (clock: VirtualClock, changes: Partial<PunchingSession> = {}): PunchingSession => ({
  clock,
  isAnonymous: false,
  utp,
  transports: { all: [utp] },
  ...changes,
})
const address = (host: string, port = 6881) => ({ host, port })

it('remembers for two minutes where holes are', async () => {
  const clock = new VirtualClock()
  const holes = new PunchedHoles(session(clock))
  const there = { kind: 'utp', remote: address('80.0.0.1') } as const
  expect(holes.has(there)).toBe(false)
  expect(holes.admit(address('80.0.0.1'))).toBe(true)
  expect(holes.has(there)).toBe(true)
  expect(holes.has({ ...there, remote: address('80.0.0.1', 6882) })).toBe(false)
  expect(holes.has({ ...there, kind: 'tcp' })).toBe(false)
  // The other side was faster than the relay.
  const early = { kind: 'utp', remote: address('80.0.0.2') } as const
  holes.asked(address('80.0.0.2'))
  expect(holes.has(early)).toBe(true)
  await clock.advance(121_000)
  expect([holes.has(there), holes.has(early)]).toEqual([false, false])
})

it('knows which connections an own dial may have invited', async () => {
  const clock = new VirtualClock()
  const holes = new PunchedHoles(session(clock))
  const there = { kind: 'utp', remote: address('80.0.0.1') } as const
  expect(holes.invited(there)).toBe(false)
  holes.dialed(address('80.0.0.1'))
  expect([holes.invited(there), holes.has(there)]).toEqual([true, false])
  expect(holes.invited({ ...there, kind: 'tcp' })).toBe(false)
  for (let i = 0; i < 1024; i++) holes.dialed(address('80.0.0.2', 2000 + i))
  expect(holes.invited(there)).toBe(false)
  expect(holes.invited({ ...there, remote: address('80.0.0.2', 2000) })).toBe(true)
  await clock.advance(121_000)
  expect(holes.invited({ ...there, remote: address('80.0.0.2', 2000) })).toBe(false)
})

it('punches a hole once if both sides ask for it, and again later', async () => {
  const clock = new VirtualClock()
  const holes = new PunchedHoles(session(clock))
  expect([holes.admit(address('80.0.0.1')), holes.admit(address('80.0.0.1'))]).toEqual([true, false])
  await clock.advance(6000)
  expect(holes.admit(address('80.0.0.1'))).toBe(true)
})

it('limits the holes to one host, and those in a time', async () => {
  const clock = new VirtualClock()
  const holes = new PunchedHoles(session(clock))
  const ports = Array.from({ length: 100 }, (_, i) => 2000 + i)
  expect(ports.filter(port => holes.admit(address('80.0.0.1', port)))).toHaveLength(4)
  const hosts = ports.map(number => `81.0.0.${number - 2000}`)
  expect(hosts.filter(host => holes.admit(address(host)))).toHaveLength(16)
  await clock.advance(60_000)
  expect(holes.admit(address('80.0.0.1', 3000))).toBe(false)
  expect(hosts.slice(50).filter(host => holes.admit(address(host)))).toHaveLength(20)
  await clock.advance(61_000)
  expect(holes.admit(address('80.0.0.1', 3000))).toBe(true)
})

it('is off without uTP, and where our address is a secret', () => {
  const isOn = (changes: Partial<PunchingSession>) =>
    new PunchedHoles(session(new VirtualClock(), changes)).isOn
  expect(isOn({})).toBe(true)
  expect(isOn({ isAnonymous: true })).toBe(false)
  expect(isOn({ transports: { all: [] } })).toBe(false)
  expect(isOn({ utp: null })).toBe(false)
})
