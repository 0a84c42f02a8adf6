import { beforeEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import type { DatagramSocket } from './datagram.ts'
import { MemoryDatagramNetwork } from './memory-datagram.ts'
import type { NatOptions } from './memory-nat.ts'
import type { DatagramLink } from './memory-wire.ts'

const CONE: NatOptions = { mapping: 'endpoint-independent', filtering: 'endpoint-independent' }

let clock: VirtualClock
let network: MemoryDatagramNetwork
beforeEach(() => {
  clock = new VirtualClock()
  network = new MemoryDatagramNetwork({ clock, random: seededRandom(1) })
})

/** A socket that records the sources of datagrams. */
async function noting(open: ReturnType<MemoryDatagramNetwork['host']>, port = 5) {
  const socket = await open({ family: 4, port })
  const seen: string[] = []
  socket.onMessage = (_, host, from) => seen.push(`${host}:${from}`)
  return { socket, seen }
}

async function send(socket: DatagramSocket, host: string, port: number): Promise<void> {
  socket.send(Uint8Array.of(1), host, port)
  await clock.advance(100)
}

/** A host behind a NAT, and two public ones. */
async function behind(options: NatOptions) {
  const nat = network.nat('80.0.0.1', options)
  const inside = await noting(network.host({ 4: '10.0.0.2' }, { nat }))
  const first = await noting(network.host({ 4: '80.0.0.2' }))
  const second = await noting(network.host({ 4: '80.0.0.3' }))
  return { nat, inside, first, second }
}

describe('a NAT', () => {
  it('hides the private address, and lets answers in', async () => {
    const { inside, first } = await behind(CONE)
    await send(first.socket, '10.0.0.2', 5)
    expect(inside.seen).toEqual([])
    await send(inside.socket, '80.0.0.2', 5)
    expect(first.seen).toEqual(['80.0.0.1:5'])
    await send(first.socket, '80.0.0.1', 5)
    expect(inside.seen).toEqual(['80.0.0.2:5'])
  })

  it.each([
    ['endpoint-independent', ['80.0.0.1:5', '80.0.0.1:5']],
    ['address', ['80.0.0.1:5', '80.0.0.1:20000']],
    ['address-and-port', ['80.0.0.1:5', '80.0.0.1:20000']],
  ] as const)('maps %s', async (mapping, expected) => {
    const { inside, first, second } = await behind({ ...CONE, mapping })
    await send(inside.socket, '80.0.0.2', 5)
    await send(inside.socket, '80.0.0.3', 5)
    expect([...first.seen, ...second.seen]).toEqual(expected)
  })

  it.each([
    ['endpoint-independent', ['80.0.0.3:5', '80.0.0.2:6']],
    ['address', ['80.0.0.2:6']],
    ['address-and-port', []],
  ] as const)('filters %s', async (filtering, expected) => {
    const { inside, second } = await behind({ ...CONE, filtering })
    await send(inside.socket, '80.0.0.2', 5)
    await send(second.socket, '80.0.0.1', 5)
    const other = await noting(network.host({ 4: '80.0.0.2' }), 6)
    await send(other.socket, '80.0.0.1', 5)
    expect(inside.seen).toEqual(expected)
  })

  it('forgets a mapping that is not used, and then takes the same port again', async () => {
    const { inside, first } = await behind({ ...CONE, timeoutMs: 30_000 })
    await send(inside.socket, '80.0.0.2', 5)
    await clock.advance(31_000)
    await send(first.socket, '80.0.0.1', 5)
    expect(inside.seen).toEqual([])
    await send(inside.socket, '80.0.0.2', 5)
    expect(first.seen).toEqual(['80.0.0.1:5', '80.0.0.1:5'])
  })

  it.each([true, false])('with hairpinning %s', async hairpinning => {
    const { nat, inside } = await behind({ ...CONE, hairpinning })
    const neighbor = await noting(network.host({ 4: '10.0.0.3' }, { nat }), 6)
    await send(inside.socket, '80.0.0.2', 5)
    await send(neighbor.socket, '80.0.0.1', 5)
    // The source is the public address (RFC 4787, REQ-9).
    expect(inside.seen).toEqual(hairpinning ? ['80.0.0.1:6'] : [])
    await send(neighbor.socket, '10.0.0.2', 5)
    expect(inside.seen.at(-1)).toBe('10.0.0.3:6')
  })
})

describe('a wire', () => {
  async function arrivals(link: DatagramLink, lengths: readonly number[]): Promise<[number, number][]> {
    const from = await network.host({ 4: '80.0.0.2' }, { link })({ family: 4, port: 5 })
    const to = await network.host({ 4: '80.0.0.3' }, { link: {} })({ family: 4, port: 5 })
    const arrived: [number, number][] = []
    to.onMessage = bytes => arrived.push([bytes.length, clock.nowMs()])
    for (const length of lengths) from.send(new Uint8Array(length), '80.0.0.3', 5)
    await clock.advance(60_000)
    return arrived
  }

  it('has a rate and a delay, and drops what its queue does not hold', async () => {
    const link = { uploadBytesPerSecond: 10_000, latencyMs: 20, queueBytes: 2500 }
    const arrived = await arrivals(link, [972, 972, 972, 972, 972])
    expect(arrived).toEqual([
      [972, 120],
      [972, 220],
      [972, 320],
    ])
  })

  it('drops datagrams that are too long', async () => {
    expect(await arrivals({ mtuBytes: 1252 }, [1252, 1253])).toEqual([[1252, 0]])
  })

  it('loses its share, and keeps the order unless told otherwise', async () => {
    const lengths = Array.from({ length: 200 }, (_, i) => i)
    const lossy = (await arrivals({ loss: 0.25, jitterMs: 40 }, lengths)).map(([length]) => length)
    expect(lossy.length).toBeGreaterThan(130)
    expect(lossy.length).toBeLessThan(170)
    expect(lossy).toEqual(lossy.toSorted((a, b) => a - b))
  })

  it('lets a share be overtaken', async () => {
    const lengths = Array.from({ length: 200 }, (_, i) => i)
    const order = (await arrivals({ reorder: 0.1 }, lengths)).map(([length]) => length)
    expect(order).not.toEqual(lengths)
    expect(order.toSorted((a, b) => a - b)).toEqual(lengths)
  })
})
