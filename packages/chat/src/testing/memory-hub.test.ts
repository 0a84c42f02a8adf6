import { KeyPair } from '@shoal/identity'
import { seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, it } from 'vitest'
import type { RoomEntry, RoomToFollow } from '../device/ports.ts'
import { HOME, MemoryHub, MemoryProcess } from './memory-hub.ts'

const [clock, random] = [new VirtualClock(), seededRandom(1)]
const { did } = KeyPair.generate()
const bytes = (...values: number[]) => Uint8Array.from(values)
const clientId = (value: number) => new Uint8Array(16).fill(value)
const start = (disk = new Map<string, Uint8Array[]>()) =>
  new MemoryProcess(disk, { did, device: random.bytes(32) }, clock, random)

async function recordsOf(process: MemoryProcess, name: string): Promise<Uint8Array[]> {
  const records = []
  for await (const record of (await process.journals.open(name)).read()) records.push(record)
  return records
}

it('keeps what was written before a crash, and the write of the crash if it was durable', async () => {
  for (const isDurable of [false, true]) {
    const disk = new Map<string, Uint8Array[]>()
    const process = start(disk)
    const journal = await process.journals.open('keys')
    const first = journal.append(bytes(1))
    await clock.advance(10)
    await first
    process.crash = { writes: 1, isDurable }
    let isAcknowledged = false
    void journal.replace([bytes(2), bytes(3)]).then(() => {
      isAcknowledged = true
    })
    await clock.advance(1000)
    expect([isAcknowledged, process.isAlive]).toEqual([false, false])
    expect(await recordsOf(start(disk), 'keys')).toEqual(isDurable ? [bytes(2), bytes(3)] : [bytes(1)])
  }
})

it('brings entries to all in one order, once, also after the hub was away', async () => {
  const hub = new MemoryHub(clock, random)
  const name = { creator: did, salt: random.bytes(32), kind: 'group' as const }
  const accessSecrets = [random.bytes(32)]
  const got: RoomEntry[][] = []
  const carriers = [start(), start()].map((process, at) => {
    const rooms = hub.roomsOf(process)
    const room: RoomToFollow = {
      ...{ id: rooms.idOf(name), name, accessSecrets, home: HOME, creates: at === 0 },
      after: { sequence: 0, hash: rooms.idOf(name) },
    }
    got.push([])
    return rooms.follow(room, {
      entries: async entries => void got[at]!.push(...entries),
      trimmed: () => {},
      volatile: () => {},
      problem: () => {},
    })
  })
  const places = [carriers[0]!.append(clientId(1), bytes(1)), carriers[0]!.append(clientId(1), bytes(1))]
  await clock.advance(1000)
  hub.isAway = true
  places.push(carriers[1]!.append(clientId(2), bytes(2)))
  await clock.advance(1000)
  expect(got[0]).toHaveLength(1)
  hub.isAway = false
  await clock.advance(1000)
  expect((await Promise.all(places)).map(({ sequence }) => sequence)).toEqual([1, 1, 2])
  expect(got[0]!.map(entry => entry.bytes)).toEqual([bytes(1), bytes(2)])
  expect(got[1]).toEqual(got[0])
})

it('loses in a crash only what it has not acknowledged', async () => {
  const lost = new Set<boolean>()
  for (let run = 0; run < 20; run++) {
    const hub = new MemoryHub(clock, random)
    const rooms = hub.roomsOf(start())
    const name = { creator: did, salt: random.bytes(32), kind: 'group' as const }
    const [id, accessSecrets] = [rooms.idOf(name), [random.bytes(32)]]
    const follower = { entries: async () => {}, trimmed: () => {}, volatile: () => {}, problem: () => {} }
    const after = { sequence: 0, hash: id }
    const carrier = rooms.follow({ id, name, accessSecrets, home: HOME, creates: true, after }, follower)
    const first = carrier.append(clientId(1), bytes(1))
    await clock.advance(1000)
    await first
    hub.crashAfter = 1
    const second = carrier.append(clientId(2), bytes(2))
    await clock.advance(1000)
    const entries = () => [...hub.rooms.values()][0]!.entries.map(each => each.bytes)
    expect([hub.isAway, entries()[0]]).toEqual([true, bytes(1)])
    lost.add(entries().length === 1)
    hub.restart()
    await clock.advance(1000)
    expect((await second).sequence).toBe(2)
    expect(entries()).toEqual([bytes(1), bytes(2)])
  }
  expect(lost.size).toBe(2)
})
