/** Real sockets on loopback. */
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { systemRandom } from '../../base/random.ts'
import { openDatagram } from '../../transport/datagram.node.ts'
import type { DhtDiscovery } from './dht-discovery.ts'
import { type OpenDhtOptions, openDht } from './open-dht.ts'
import { announcePeer, searchPeers } from './peer-search.ts'

const opened: DhtDiscovery[] = []
afterEach(() => Promise.all(opened.splice(0).map(dht => dht.close())))

const HOSTS = [
  { family: 4, host: '127.0.0.1' },
  { family: 6, host: '::1' },
] as const

async function open(options: Partial<OpenDhtOptions> = {}): Promise<DhtDiscovery> {
  const dht = await openDht({
    openDatagram,
    resolve: async host => [{ host, family: 4 }],
    clock: systemClock,
    random: systemRandom,
    port: 0,
    hosts: HOSTS.slice(0, 1),
    bootstrap: [],
    ...options,
  })
  opened.push(dht)
  return dht
}

/** Resolves when a node is ready. */
const ready = (dht: DhtDiscovery) =>
  new Promise<void>(resolve => {
    const [node] = dht.nodes
    if (node!.isReady) resolve()
    else node!.once('ready', resolve)
  })

/** Returns true if the machine has the address: many containers lack IPv6. */
async function exists({ family, host }: (typeof HOSTS)[number]): Promise<boolean> {
  try {
    await (await openDatagram({ family, host, port: 0 })).close()
    return true
  } catch {
    return false
  }
}

describe.each(HOSTS)('on $host', async place => {
  it.skipIf(!(await exists(place)))('several nodes find the peers that one announced', async () => {
    const { family, host } = place
    const first = await open({ hosts: [{ family, host }] })
    const bootstrap = [{ host, port: first.port(family) }]
    const others = await Promise.all(
      Array.from({ length: 9 }, () => open({ hosts: [{ family, host }], bootstrap })),
    )
    await Promise.all(others.map(ready))
    const infoHash = systemRandom.bytes(20)
    const [a, b] = [others[0]!.nodes[0]!, others[8]!.nodes[0]!]
    const { closest } = await searchPeers(a, infoHash)
    expect(await announcePeer(a, infoHash, closest, { port: 4711 })).toBe(closest.length)
    const ports: number[] = []
    await searchPeers(b, infoHash, { onPeers: peers => ports.push(...peers.map(({ port }) => port)) })
    expect([...new Set(ports)]).toEqual([4711])
  })
})

it('starts again from its state, with the same ID', async () => {
  const [first, second] = [await open(), await open()]
  second.addNode('127.0.0.1', first.port(4))
  await ready(second)
  const state = second.state()
  const { id } = second.nodes[0]!
  await second.close()
  const again = await open({ state })
  await ready(again)
  expect(again.nodes[0]!.id).toEqual(id)
  expect([...again.nodes[0]!.table.entries()].map(({ contact }) => contact.port)).toEqual([first.port(4)])
})

it('opens the available address families, on one port if possible', async () => {
  const none = () => Promise.reject(new ShoalError('unsupported', 'no IPv6 here'))
  const v4 = await open({
    hosts: HOSTS,
    openDatagram: options => (options.family === 6 ? none() : openDatagram(options)),
  })
  expect(v4.nodes.map(({ family }) => family)).toEqual([4])
  await expect(open({ openDatagram: none })).rejects.toMatchObject({ code: 'unsupported' })
})

it('reports that a port is taken, and leaves nothing open', async () => {
  const first = await open()
  const sockets: { close(): Promise<void>; closed?: boolean }[] = []
  const watched: typeof openDatagram = async options => {
    const socket = await openDatagram({ ...options, host: '127.0.0.1' })
    sockets.push(socket)
    return socket
  }
  await expect(open({ port: first.port(4), openDatagram: watched })).rejects.toMatchObject({
    code: 'refused',
  })
  expect(sockets).toEqual([])
})
