import { describe, expect, it } from 'vitest'
import { openDatagram } from '#datagram'
import { seededRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import type { DatagramSocket, OpenDatagram } from './datagram.ts'
import { MemoryDatagramNetwork } from './memory-datagram.ts'
import { MAX_PROTOCOLS, SharedDatagrams } from './shared-datagrams.ts'

const HOST = '80.0.0.1'
const beginsWith = (first: number) => (bytes: Uint8Array) => bytes[0] === first

function setup() {
  const clock = new VirtualClock()
  const network = new MemoryDatagramNetwork({ clock, random: seededRandom(1) })
  const shared = new SharedDatagrams(network.host({ 4: HOST, 6: '2001:db8::1' }))
  return { clock, network, shared, stranger: network.host({ 4: '80.0.0.2' }) }
}

/** The first bytes of each datagram that a socket receives. */
function received(socket: DatagramSocket): number[] {
  const list: number[] = []
  socket.onMessage = bytes => list.push(bytes[0] ?? -1)
  return list
}

const at = (port: number) => ({ family: 4 as const, port })

describe('SharedDatagrams', () => {
  it('gives each datagram to the first protocol that claims it, and drops what nobody claims', async () => {
    const { clock, network, shared, stranger } = setup()
    const one = await shared.protocol(beginsWith(1))(at(6881))
    const any = await shared.protocol(bytes => bytes.length > 0 && bytes[0]! < 3)(at(6881))
    expect(network.openPorts(HOST)).toEqual([6881])
    expect([one.port, any.port, any.family, any.localAddress]).toEqual([6881, 6881, 4, one.localAddress])
    const [atOne, atAny] = [received(one), received(any)]
    const sender = await stranger(at(0))
    for (const first of [1, 2, 3]) sender.send(Uint8Array.of(first), HOST, 6881)
    sender.send(new Uint8Array(0), HOST, 6881)
    await clock.advance(100)
    expect([atOne, atAny]).toEqual([[1], [2]])
  })

  it('sends from the shared port for every protocol', async () => {
    const { clock, shared, stranger } = setup()
    const sockets = [
      await shared.protocol(beginsWith(1))(at(6881)),
      await shared.protocol(beginsWith(2))(at(6881)),
    ]
    const far = await stranger(at(9))
    const from: string[] = []
    far.onMessage = (_, host, port) => from.push(`${host}:${port}`)
    for (const socket of sockets) socket.send(Uint8Array.of(7), '80.0.0.2', 9)
    await clock.advance(100)
    expect(from).toEqual([`${HOST}:6881`, `${HOST}:6881`])
  })

  it('keeps the socket open until the last protocol has closed it', async () => {
    const { clock, network, shared, stranger } = setup()
    const open = shared.protocol(beginsWith(1))
    const one = await open(at(6881))
    const two = await shared.protocol(beginsWith(2))(at(6881))
    const [atOne, atTwo] = [received(one), received(two)]
    await one.close()
    await one.close()
    const sender = await stranger(at(0))
    for (const first of [1, 2]) sender.send(Uint8Array.of(first), HOST, 6881)
    await clock.advance(100)
    expect([atOne, atTwo]).toEqual([[], [2]])
    const failed = Promise.withResolvers<Error>()
    one.send(Uint8Array.of(1), HOST, 1, failed.resolve)
    expect(await failed.promise).toMatchObject({ code: 'closed' })
    const again = await open(at(6881))
    await Promise.all([two.close(), again.close()])
    expect(network.openPorts(HOST)).toEqual([])
    await (await open(at(6881))).close()
  })

  it('shares a port only among different protocols of the same address and family', async () => {
    const { network, shared, stranger } = setup()
    const open = shared.protocol(beginsWith(1))
    const four = await open(at(6881))
    await expect(open(at(6881))).rejects.toMatchObject({ code: 'refused' })
    const six = await open({ family: 6, port: 6881 })
    const free = await shared.protocol(beginsWith(2))(at(0))
    expect(free.port).not.toBe(four.port)
    expect(network.openPorts('2001:db8::1')).toEqual([6881])
    expect(six.family).toBe(6)
    await stranger(at(7))
    const other = new SharedDatagrams(stranger)
    await expect(other.protocol(beginsWith(1))(at(7))).rejects.toMatchObject({ code: 'refused' })
    expect((await other.protocol(beginsWith(1))(at(8))).port).toBe(8)
  })

  it('lets two protocols open a port at the same time', async () => {
    const { network, shared } = setup()
    await Promise.all([shared.protocol(beginsWith(1))(at(6881)), shared.protocol(beginsWith(2))(at(6881))])
    expect(network.openPorts(HOST)).toEqual([6881])
  })

  it('limits the number of protocols of one port', async () => {
    const { shared } = setup()
    for (let first = 0; first < MAX_PROTOCOLS; first++) await shared.protocol(beginsWith(first))(at(6881))
    await expect(shared.protocol(beginsWith(99))(at(6881))).rejects.toMatchObject({ code: 'refused' })
  })

  it('does not share sockets of multicast groups', async () => {
    const { shared } = setup()
    const group = { family: 4 as const, port: 6771, multicast: { group: '239.192.152.143' } }
    const open = shared.protocol(beginsWith(1))
    const sockets = [await open(group), await open(group)]
    expect(sockets[0]).not.toBe(sockets[1])
  })

  // Browsers have no UDP.
  it.skipIf('WorkerGlobalScope' in globalThis)('shares a socket of the system', async () => {
    const shared = new SharedDatagrams(openDatagram)
    const options = { family: 4 as const, host: '127.0.0.1' }
    const open = (first: number): OpenDatagram => shared.protocol(beginsWith(first))
    const one = await open(1)({ ...options, port: 0 })
    const two = await open(2)({ ...options, port: one.port })
    expect(two.port).toBe(one.port)
    const arrived = Promise.withResolvers<number>()
    two.onMessage = (bytes, _, port) => arrived.resolve(bytes.length * port)
    one.send(Uint8Array.of(2, 0), '127.0.0.1', two.port)
    expect(await arrived.promise).toBe(2 * one.port)
    await Promise.all([one.close(), two.close()])
  })
})
