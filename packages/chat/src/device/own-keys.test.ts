import { VirtualClock } from '@shoal/torrent/testing'
import { decodeMlsMessage } from 'ts-mls'
import { expect, it, vi } from 'vitest'
import type { OwnKeyPackage } from '../groups/key-packages.ts'
import { NOW, suite, TestPerson } from '../testing/members.ts'
import { OwnKeys } from './own-keys.ts'
import type { ChatPorts, Journal } from './ports.ts'

it('refills one-time ones when fewer than half are left, and renews the last resort, which says so, each month', async () => {
  const clock = new VirtualClock(1000 * NOW)
  const place = { oneTime: [] as OwnKeyPackage[], last: [] as OwnKeyPackage[] }
  const keyPackages: ChatPorts['keyPackages'] = {
    own: async () => ({
      oneTime: place.oneTime.length,
      ...{ lastResort: place.last.at(-1)?.ref ?? null, isComplete: true },
    }),
    async publish(oneTime, lastResort) {
      place.oneTime.push(...(oneTime as OwnKeyPackage[]))
      if (lastResort) place.last.push(lastResort as OwnKeyPackage)
    },
    take: async () => null,
  }
  const journal: Journal = { append: async () => {}, replace: async () => {}, async *read() {} }
  const ports = { clock, keyPackages, journals: { open: async () => journal } } as unknown as ChatPorts
  const keys = await OwnKeys.open(ports, suite, new TestPerson().device('Laptop').own, 4)
  keys.start()
  const counts = () => [place.oneTime.length, place.last.length]
  const after = async (ms: number, expected: readonly number[]) => {
    await clock.advance(ms)
    await vi.waitFor(() => expect(counts()).toEqual(expected))
    // The check ends, and the next one is due.
    await new Promise(setImmediate)
  }
  await after(0, [4, 1])
  place.oneTime.splice(0, 2)
  await after(7 * 3_600_000, [2, 1])
  place.oneTime.splice(0, 1)
  await after(7 * 3_600_000, [4, 1])
  await after(31 * 86_400_000, [4, 2])
  keys.close()
  // RFC 9420 leaves the extension to the registry: 0x000A, last_resort_key_package.
  for (const [packages, isLastResort] of [
    [place.oneTime, false],
    [place.last, true],
  ] as const)
    for (const { bytes } of packages) {
      const [message] = decodeMlsMessage(bytes, 0)!
      if (message.wireformat !== 'mls_key_package') throw new Error('it is not a key package')
      const types = message.keyPackage.extensions.map(({ extensionType }) => extensionType)
      expect(types).toEqual(isLastResort ? [0x000a] : [])
    }
})

it('publishes at once to a hub that answers again', async () => {
  const clock = new VirtualClock(1000 * NOW)
  const places = [
    { isAway: false, oneTime: 0, lastResort: null as Uint8Array | null },
    { isAway: true, oneTime: 0, lastResort: null as Uint8Array | null },
  ]
  const answering = () => places.filter(({ isAway }) => !isAway)
  const keyPackages: ChatPorts['keyPackages'] = {
    own: async () => ({
      oneTime: Math.min(...answering().map(({ oneTime }) => oneTime)),
      lastResort: answering().every(({ lastResort }) => lastResort) ? answering()[0]!.lastResort : null,
      isComplete: answering().length === places.length,
    }),
    async publish(oneTime, lastResort) {
      for (const place of answering()) {
        if (place.oneTime === 0) place.oneTime = oneTime.length
        if (lastResort) place.lastResort = lastResort.ref
      }
    },
    take: async () => null,
  }
  const journal: Journal = { append: async () => {}, replace: async () => {}, async *read() {} }
  const ports = { clock, keyPackages, journals: { open: async () => journal } } as unknown as ChatPorts
  const keys = await OwnKeys.open(ports, suite, new TestPerson().device('Laptop').own, 4)
  keys.start()
  await vi.waitFor(() => expect(places.map(({ oneTime }) => oneTime)).toEqual([4, 0]))
  places[1]!.isAway = false
  // Timers start once the previous check has ended.
  await vi.waitFor(async () => {
    await clock.advance(60_000)
    expect(places.map(({ oneTime }) => oneTime)).toEqual([4, 4])
  })
  expect(clock.unixMs() - 1000 * NOW).toBeLessThan(3_600_000)
  keys.close()
})

it('withdraws key packages whose secrets were lost with the journals', async () => {
  const clock = new VirtualClock(1000 * NOW)
  let [oneTime, lastResort] = [[] as Uint8Array[], null as Uint8Array | null]
  const keyPackages: ChatPorts['keyPackages'] = {
    own: async () => ({ oneTime: oneTime.length, lastResort, isComplete: true }),
    async publish(added, last, { replaces = false } = {}) {
      oneTime = [...(replaces ? [] : oneTime), ...added.map(({ ref }) => ref)]
      lastResort = last?.ref ?? lastResort
    },
    take: async () => null,
  }
  const device = new TestPerson().device('Laptop').own
  const start = async () => {
    const records: Uint8Array[] = []
    const journal: Journal = {
      append: async record => void records.push(record),
      replace: async () => {},
      async *read() {},
    }
    const ports = { clock, keyPackages, journals: { open: async () => journal } } as unknown as ChatPorts
    const keys = await OwnKeys.open(ports, suite, device, 4)
    keys.start()
    return keys
  }
  const first = await start()
  await vi.waitFor(() => expect(oneTime).toHaveLength(4))
  first.close()
  const [before, last] = [oneTime, lastResort]
  const second = await start()
  await vi.waitFor(() => expect(lastResort).not.toBe(last))
  expect(oneTime).toHaveLength(4)
  for (const ref of oneTime) expect([second.find(ref), first.find(ref)]).toEqual([expect.anything(), null])
  expect(before.some(ref => oneTime.includes(ref))).toBe(false)
  second.close()
})
