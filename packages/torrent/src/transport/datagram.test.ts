import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { openDatagram as openNode } from './datagram.node.ts'
import type { DatagramOptions, DatagramSocket, OpenDatagram } from './datagram.ts'
import { MemoryDatagramNetwork } from './memory-datagram.ts'

interface Got {
  bytes: number[]
  host: string
  port: number
}

function testDatagram(name: string, create: () => OpenDatagram, host: string): void {
  describe(`${name} keeps the datagram contract`, () => {
    const open: DatagramSocket[] = []
    let openDatagram: OpenDatagram

    async function socket(options: Partial<DatagramOptions> = {}): Promise<DatagramSocket> {
      openDatagram ??= create()
      const one = await openDatagram({ family: 4, port: 0, host, ...options })
      open.push(one)
      return one
    }

    const next = (on: DatagramSocket) =>
      new Promise<Got>(resolve => {
        on.onMessage = (bytes, from, port) => resolve({ bytes: [...bytes], host: from, port })
      })

    afterEach(async () => {
      await Promise.all(open.splice(0).map(one => one.close()))
    })

    it('carries datagrams both ways, with their senders', async () => {
      const [a, b] = [await socket(), await socket()]
      const atB = next(b)
      a.send(Uint8Array.of(1, 2, 3), host, b.port)
      expect(await atB).toEqual({ bytes: [1, 2, 3], host, port: a.port })
      const atA = next(a)
      b.send(new Uint8Array(0), host, a.port)
      expect(await atA).toEqual({ bytes: [], host, port: b.port })
      expect(a.localAddress).toBe(host)
      expect(a.family).toBe(4)
    })

    it('gives each receiver bytes of its own', async () => {
      const [a, b] = [await socket(), await socket()]
      const sent = Uint8Array.of(1, 2, 3)
      const kept: Uint8Array[] = []
      const both = new Promise<void>(resolve => {
        b.onMessage = bytes => {
          expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype)
          kept.push(bytes)
          if (kept.length === 2) resolve()
        }
      })
      a.send(sent, host, b.port)
      a.send(sent, host, b.port)
      await both
      kept[0]!.fill(9)
      expect([...kept[1]!]).toEqual([1, 2, 3])
      expect([...sent]).toEqual([1, 2, 3])
    })

    it('refuses a port that is taken', async () => {
      const { port } = await socket()
      await expect(socket({ port })).rejects.toMatchObject({ code: 'refused' })
    })

    it('frees its port on close, and rejects later sends', async () => {
      const a = await socket()
      await a.close()
      await a.close()
      const failure = Promise.withResolvers<Error>()
      a.send(Uint8Array.of(1), host, 9, failure.resolve)
      expect(await failure.promise).toMatchObject({ code: 'closed' })
      expect((await socket({ port: a.port })).port).toBe(a.port)
    })

    it('delivers datagrams to all members of a group, including the sender', async () => {
      const multicast = { group: '239.192.152.143', ttl: 0 }
      const first = await socket({ multicast, host: '0.0.0.0' })
      const second = await socket({ multicast, host: '0.0.0.0', port: first.port })
      const got = Promise.all([next(first), next(second)])
      first.send(Uint8Array.of(7), multicast.group, first.port)
      for (const { bytes } of await got) expect(bytes).toEqual([7])
    })
  })
}

testDatagram('the system’s', () => openNode, '127.0.0.1')

testDatagram(
  'memory',
  () => new MemoryDatagramNetwork({ clock: systemClock, random: seededRandom(1) }).host({ 4: '10.0.0.1' }),
  '10.0.0.1',
)

describe('datagrams of the system', () => {
  it('report at once if there is no route', async () => {
    const socket = await openNode({ family: 4, port: 0, host: '127.0.0.1', unref: true })
    const failure = Promise.withResolvers<Error>()
    socket.send(new Uint8Array(70_000), '127.0.0.1', 9, failure.resolve)
    expect(await failure.promise).toMatchObject({ code: 'unreachable' })
    await socket.close()
  })

  it('come from either family on one port', async () => {
    const four = await openNode({ family: 4, port: 0, unref: true })
    const six = await openNode({ family: 6, port: four.port, unref: true }).catch(() => null)
    // A machine without IPv6 reports that instead of returning a socket that does not work.
    if (six) expect(six.port).toBe(four.port)
    await Promise.all([four.close(), six?.close()])
  })
})

describe('datagrams in memory', () => {
  it('are delayed, reordered and lost, reproducibly for the same seed', async () => {
    const run = async (seed: number) => {
      const clock = new VirtualClock()
      const random = seededRandom(seed)
      const network = new MemoryDatagramNetwork({ clock, random, latencyMs: 20, jitterMs: 10, loss: 0.3 })
      const a = await network.host({ 4: '10.0.0.1' })({ family: 4, port: 0 })
      const b = await network.host({ 4: '10.0.0.2' })({ family: 4, port: 5 })
      const arrived: [number, number][] = []
      b.onMessage = bytes => arrived.push([bytes[0]!, clock.nowMs()])
      for (let i = 0; i < 100; i++) a.send(Uint8Array.of(i), '10.0.0.2', 5)
      await clock.advance(1000)
      expect(network.sentCount).toBe(100)
      return arrived
    }
    const arrived = await run(1)
    expect(arrived.length).toBeGreaterThan(50)
    expect(arrived.length).toBeLessThan(90)
    for (const [, atMs] of arrived) expect(atMs).toBeGreaterThanOrEqual(20)
    for (const [, atMs] of arrived) expect(atMs).toBeLessThanOrEqual(30)
    const order = arrived.map(([i]) => i)
    expect(order).not.toEqual([...order].sort((x, y) => x - y))
    expect(await run(1)).toEqual(arrived)
    expect(await run(2)).not.toEqual(arrived)
  })

  it('do not reach closed sockets, or a family that a machine lacks', async () => {
    const clock = new VirtualClock()
    const network = new MemoryDatagramNetwork({ clock, random: seededRandom(1) })
    const open = network.host({ 4: '10.0.0.1' })
    const a = await open({ family: 4, port: 0 })
    const b = await open({ family: 4, port: 0 })
    let got = 0
    b.onMessage = () => got++
    a.send(Uint8Array.of(1), '10.0.0.1', b.port)
    await b.close()
    await clock.advance(100)
    expect(got).toBe(0)
    await expect(open({ family: 6, port: 0 })).rejects.toMatchObject({ code: 'unsupported' })
  })
})
