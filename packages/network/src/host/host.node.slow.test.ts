import { identify } from '@libp2p/identify'
import type { StreamHandler } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '@shoal/torrent'
import { formatIp, systemRandom } from '@shoal/torrent/base'
import { createLibp2p } from 'libp2p'
import { decode } from 'multiformats/hashes/digest'
import { afterEach, describe, expect, it } from 'vitest'
import { INDEX_PROTOCOL } from '../indexing/messages.ts'
import { KAD_PROTOCOL } from '../kad/libp2p-network.ts'
import { portOf } from '../multiaddrs.ts'
import { Bootstrap, type BootstrapOptions } from './bootstrap.ts'
import { createCertificate, type Host, type HostOptions, openHost } from './host.node.ts'

/** libp2p/specs, identify. */
const IDENTIFY = '/ipfs/id/1.0.0'

/** More than windows and buffers can hold. */
const MANY_BYTES = 64 * 1024 * 1024

const open: Host[] = []

async function start(options: Partial<HostOptions> = {}): Promise<Host> {
  const host = await openHost({
    seed: systemRandom.bytes(32),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    ...options,
  })
  open.push(host)
  return host
}

/** Resolves when the DHT of `host` knows `count` other nodes. */
async function knows(host: Host, count: number): Promise<void> {
  await expect.poll(() => host.kad.tableSize).toBeGreaterThanOrEqual(count)
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(host => host.close()))
})

it('has the same PeerId with the same key, and another with another', async () => {
  const seed = systemRandom.bytes(32)
  const first = await start({ seed })
  const id = first.libp2p.peerId.toString()
  await first.close()
  expect((await start({ seed })).libp2p.peerId.toString()).toBe(id)
  expect((await start()).libp2p.peerId.toString()).not.toBe(id)
})

it('finds through a third node what another provides', async () => {
  const [meeting, provider, seeker] = [await start(), await start(), await start()]
  for (const host of [provider, seeker]) await host.libp2p.dial(meeting.libp2p.getMultiaddrs())
  await knows(meeting, 2)
  await knows(provider, 1)
  await knows(seeker, 1)
  const key = Uint8Array.of(0x12, 0x20, ...systemRandom.bytes(32))
  expect(await provider.kad.provide(key)).toBeGreaterThan(0)
  const [found] = await seeker.kad.findProviders(key)
  expect(found!.id).toEqual(provider.libp2p.peerId.toMultihash().bytes)
})

it('asks again who a node is that did not answer', async () => {
  const [asking, busy] = [await start(), await start()]
  const service = busy.libp2p.services.identify as unknown as { handleProtocol: StreamHandler }
  let questions = 0
  await busy.libp2p.unhandle(IDENTIFY)
  await busy.libp2p.handle(IDENTIFY, (stream, connection) => {
    if (++questions > 1) return service.handleProtocol(stream, connection)
    stream.abort(new Error('busy'))
  })
  await asking.libp2p.dial(busy.libp2p.getMultiaddrs())
  await expect.poll(() => questions).toBe(2)
  await knows(asking, 1)
})

it('neither dials nor accepts blocked addresses', async () => {
  const blocking = await start({ blocks: ip => ip === '127.0.0.1' })
  const other = await start()
  await expect(blocking.libp2p.dial(other.libp2p.getMultiaddrs())).rejects.toThrow()
  await expect(other.libp2p.dial(blocking.libp2p.getMultiaddrs())).rejects.toThrow()
  expect(blocking.libp2p.getConnections()).toEqual([])
})

it('accepts TCP, WebSocket and WebRTC direct, at addresses that last as long as key and certificate', async () => {
  const certificate = await createCertificate(Date.now())
  const server = await start({
    certificate,
    listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/udp/0/webrtc-direct'],
  })
  const addresses = server.libp2p.getMultiaddrs()
  expect(addresses.filter(each => each.toString().includes(certificate.certhash))).toHaveLength(1)
  for (const address of addresses) {
    // As a page would: nodes do not dial WebRTC direct.
    const client = await createLibp2p({
      transports: [tcp(), webSockets(), webRTCDirect()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
    })
    const connection = await client.dial(address)
    expect(connection.remotePeer.equals(server.libp2p.peerId)).toBe(true)
    expect(connection.direct).toBe(true)
    await client.stop()
  }
})

it('serves as relay from the time at which a router makes it reachable', async () => {
  const host = await start()
  const other = await start()
  await other.libp2p.dial(host.libp2p.getMultiaddrs())
  expect([host.isReachable, host.libp2p.services.relay.isServing]).toEqual([false, false])
  const internalPort = Number(/tcp\/(\d+)/.exec(String(host.libp2p.getMultiaddrs()[0]))![1])
  host.setMapped([{ transport: 'tcp', address: '198.51.100.7', port: 4001, internalPort }])
  expect(host.isReachable).toBe(true)
  expect(host.libp2p.getMultiaddrs().map(String)).toContain(
    `/ip4/198.51.100.7/tcp/4001/p2p/${host.libp2p.peerId}`,
  )
  await expect.poll(() => host.libp2p.services.relay.isServing).toBe(true)
  // Identify notifies peers that are already connected.
  const told = async () => (await other.libp2p.peerStore.get(host.libp2p.peerId)).protocols
  await expect.poll(told).toContain('/libp2p/circuit/relay/0.2.0/hop')
  host.setMapped([])
  expect(host.isReachable).toBe(false)
})

it('is reachable through a relay while it accepts no connections itself', async () => {
  const relay = await start()
  const internalPort = Number(/tcp\/(\d+)/.exec(String(relay.libp2p.getMultiaddrs()[0]))![1])
  relay.setMapped([{ transport: 'tcp', address: '198.51.100.7', port: 4001, internalPort }])
  await expect.poll(() => relay.libp2p.services.relay.isServing).toBe(true)
  const hidden = await start({ listen: [], viaRelays: true })
  await hidden.libp2p.dial(relay.libp2p.getMultiaddrs().filter(each => each.toString().includes('127.0.0.1')))
  const relayed = () => hidden.libp2p.getMultiaddrs().filter(each => each.toString().includes('/p2p-circuit'))
  await expect.poll(relayed).not.toHaveLength(0)
  const dialer = await start()
  const path = `${relay.libp2p.getMultiaddrs().find(each => each.toString().includes('127.0.0.1'))}/p2p-circuit/p2p/${hidden.libp2p.peerId}`
  const connection = await dialer.libp2p.dial(multiaddr(path))
  expect(connection.limits?.bytes).toBeLessThanOrEqual(64n * 1024n)
})

it('reads no answer beyond its limit, and does without the node that sends it', async () => {
  const sent = Promise.withResolvers<number>()
  const flooding = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  await flooding.handle(KAD_PROTOCOL, async stream => {
    let bytes = 0
    stream.addEventListener('close', () => sent.resolve(bytes))
    // A length of 2 GiB, then as much data as is accepted.
    stream.send(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08))
    let isOpen = true
    while (isOpen && stream.status === 'open' && bytes < MANY_BYTES) {
      const hasRoom = stream.send(new Uint8Array(64 * 1024))
      bytes += 64 * 1024
      if (hasRoom) continue
      const drained = stream.onDrain().then(
        () => true,
        () => false,
      )
      isOpen = await Promise.race([sent.promise.then(() => false), drained])
    }
  })
  try {
    const reports: [string, string][] = []
    const host = await start({
      onMisconduct: (id, ip, reason) =>
        reports.push([
          peerIdFromMultihash(decode(id) as never).toString(),
          `${reason} ${ip && formatIp(ip)}`,
        ]),
    })
    const other = await start()
    for (const address of [flooding.getMultiaddrs(), other.libp2p.getMultiaddrs()])
      await host.libp2p.dial(address)
    await knows(host, 2)
    await knows(other, 1)
    const key = Uint8Array.of(0x12, 0x20, ...systemRandom.bytes(32))
    await other.kad.provide(key)
    await expect.poll(async () => (await host.kad.findProviders(key)).length).toBe(1)
    expect(await sent.promise).toBeLessThan(MANY_BYTES)
    const name = flooding.peerId.toString()
    expect(new Set(reports.map(String))).toEqual(new Set([`${name},bad-message 127.0.0.1`]))
    const counted = host.refused['bad-message']
    expect(counted).toBe(reports.length)
    // The same for requests.
    for (const protocol of [KAD_PROTOCOL, INDEX_PROTOCOL]) {
      const stream = await flooding.dialProtocol(host.libp2p.getMultiaddrs(), protocol)
      stream.send(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08))
    }
    await expect.poll(() => host.refused['bad-message']).toBe(counted + 2)
    expect(reports.at(-1)).toEqual([name, 'bad-message 127.0.0.1'])
  } finally {
    await flooding.stop()
  }
})

describe('bootstrap', () => {
  /** A meeting point like the mainline DHT. */
  const meetings = () => {
    const announced: { host: string; port: number }[] = []
    const junk = [
      { host: '127.0.0.1', port: 1 },
      { host: 'not an address', port: 4001 },
      { host: '127.0.0.1', port: 70_000 },
    ]
    const meet =
      (host: Host): BootstrapOptions['findPeers'] =>
      async onPeers => {
        onPeers([...junk, ...announced])
        announced.push({ host: '127.0.0.1', port: portOf(host.libp2p.getMultiaddrs()[0]!)! })
      }
    return { announced, meet }
  }
  const bootstraps: Bootstrap[] = []
  const begin = (options: Pick<BootstrapOptions, 'host'> & Partial<BootstrapOptions>) => {
    const bootstrap = new Bootstrap({
      clock: systemClock,
      random: systemRandom,
      nodes: () => [],
      findPeers: null,
      ...options,
    })
    bootstraps.push(bootstrap)
    bootstrap.start()
    return bootstrap
  }
  afterEach(() => Promise.all(bootstraps.splice(0).map(bootstrap => bootstrap.close())))

  it('lets nodes with nothing in common meet', async () => {
    const { meet, announced } = meetings()
    const one = await start()
    begin({ host: one, findPeers: meet(one) })
    await expect.poll(() => announced.length).toBe(1)
    const two = await start()
    begin({ host: two, findPeers: meet(two) })
    await knows(two, 1)
    await knows(one, 1)
  })

  it('joins through nodes that are known from earlier, and again after the connection was lost', async () => {
    const known = await start()
    const host = await start()
    const nodes = () => ['nonsense', '/ip4/127.0.0.1/tcp/1', ...known.libp2p.getMultiaddrs().map(String)]
    const bootstrap = begin({ host, nodes })
    await knows(host, 1)
    await Promise.all(host.libp2p.getConnections().map(connection => connection.close()))
    host.kad.lost(known.libp2p.peerId.toMultihash().bytes)
    expect(host.kad.tableSize).toBe(0)
    bootstrap.searchNow()
    await knows(host, 1)
  })

  it('does not stay connected to a node of another network', async () => {
    const stranger = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
    })
    try {
      const host = await start()
      const gone = new Promise(resolve =>
        stranger.addEventListener('connection:close', resolve, { once: true }),
      )
      begin({ host, nodes: () => stranger.getMultiaddrs().map(String) })
      await gone
      expect(host.kad.tableSize).toBe(0)
    } finally {
      await stranger.stop()
    }
  })
})
