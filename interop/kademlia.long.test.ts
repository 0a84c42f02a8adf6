import { identify } from '@libp2p/identify'
import { type KadDHT, kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { until } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { steadyIdentify } from '../packages/network/src/host/steady-identify.ts'
import { KAD_PROTOCOL, type Libp2pKad, openLibp2pKad } from '../packages/network/src/kad/libp2p-network.ts'

const STOCK = 8
const OURS = 4

function options() {
  return {
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // All nodes share one address in this test.
    connectionManager: { inboundConnectionThreshold: 1000 },
  }
}

function stockNode() {
  const dht = kadDHT({ protocol: KAD_PROTOCOL, clientMode: false, peerInfoMapper: passthroughMapper })
  return createLibp2p({ ...options(), services: { identify: identify(), ping: ping(), dht } })
}

function plainHost() {
  return createLibp2p({ ...options(), services: { identify: steadyIdentify(), ping: ping() } })
}

/** The key of any content: a multihash of SHA-256. */
function keyOf(byte: number): Uint8Array {
  return Uint8Array.of(0x12, 0x20, ...new Uint8Array(32).fill(byte))
}

let stock: Awaited<ReturnType<typeof stockNode>>[]
let hosts: Awaited<ReturnType<typeof plainHost>>[]
let ours: Libp2pKad[]

beforeAll(async () => {
  stock = await Promise.all(Array.from({ length: STOCK }, stockNode))
  hosts = await Promise.all(Array.from({ length: OURS }, plainHost))
  ours = await Promise.all(
    hosts.map(host => openLibp2pKad({ host, clock: systemClock, random: systemRandom, server: true })),
  )
  // All know one stock node, and find the others through it.
  for (const node of [...stock.slice(1), ...hosts]) await node.dial(stock[0]!.getMultiaddrs())
  for (const { kad } of ours) kad.start()
  await until(
    'every node to know all others',
    async () => {
      const lacking = ours.filter(({ kad }) => kad.tableSize < STOCK + OURS - 1)
      // A stock node that was too busy to answer is queried again.
      await Promise.all(lacking.map(({ kad }) => kad.findProviders(keyOf(0))))
      return lacking.length === 0
    },
    { intervalMs: 500 },
  )
})

afterAll(async () => {
  await Promise.all(ours.map(node => node.close()))
  await Promise.all([...hosts, ...stock].map(node => node.stop()))
})

it('finds what a js-libp2p node provides', async () => {
  const cid = CID.createV0({ code: 0x12, size: 32, bytes: keyOf(1), digest: keyOf(1).subarray(2) } as never)
  const provider = stock[3]!
  for await (const _ of (provider.services.dht as KadDHT).provide(cid)) {
    // Runs until every node was queried.
  }
  const found = await ours[2]!.kad.findProviders(keyOf(1))
  expect(found.map(({ id }) => id)).toEqual([provider.peerId.toMultihash().bytes])
})

it('is found by a js-libp2p node as a provider', async () => {
  expect(await ours[1]!.kad.provide(keyOf(2))).toBe(STOCK + OURS - 1)
  const cid = CID.createV0({ code: 0x12, size: 32, bytes: keyOf(2), digest: keyOf(2).subarray(2) } as never)
  const found = new Set<string>()
  for await (const event of (stock[5]!.services.dht as KadDHT).findProviders(cid)) {
    if (event.name === 'PROVIDER') for (const { id } of event.providers) found.add(id.toString())
  }
  expect([...found]).toEqual([hosts[1]!.peerId.toString()])
})

it('finds the same nearest nodes as js-libp2p, in the same order', async () => {
  const key = keyOf(3)
  const others = [...hosts.slice(1), ...stock.filter((_, i) => i !== 1)]
  const nameOf = (id: Uint8Array) =>
    others.find(({ peerId }) => String(peerId.toMultihash().bytes) === String(id))?.peerId.toString()
  const theirs = async () => {
    const names: string[] = []
    for await (const event of (stock[1]!.services.dht as KadDHT).getClosestPeers(key)) {
      if (event.name === 'FINAL_PEER') names.push(event.peer.id.toString())
    }
    return names.filter(name => others.some(({ peerId }) => peerId.toString() === name))
  }
  const mine = (await ours[0]!.kad.findNodes(key)).flatMap(({ id }) => nameOf(id) ?? [])
  expect(mine).toHaveLength(others.length)
  // Ours know all others from the start; js-libp2p still fills its tables.
  await expect.poll(theirs).toEqual(mine)
})
