import { afterEach, describe, expect, it } from 'vitest'
import { equalBytes, hex, utf8 } from '../../base/bytes.ts'
import { parseIp } from '../../base/ip.ts'
import { seededRandom } from '../../base/random.ts'
import { compareDistance } from '../../base/xor-distance.ts'
import type { DhtNode } from './dht-node.ts'
import { encodeQuery, encodeResponse, parseMessage } from './krpc.ts'
import { isNodeIdFor } from './node-id.ts'
import { announcePeer, type PeerSearchOptions, searchPeers } from './peer-search.ts'
import { TestNetwork } from './test-network.ts'

const MINUTE = 60_000

let net: TestNetwork
afterEach(async () => {
  await net.close()
  // Only datagrams in transit outlive the nodes.
  await net.clock.advance(1000)
  expect(net.clock.pending).toBe(0)
})

async function find(node: DhtNode, infoHash: Uint8Array, options: PeerSearchOptions = {}) {
  const peers = new Set<string>()
  const result = await net.settle(
    searchPeers(node, infoHash, {
      ...options,
      onPeers: found => {
        for (const { host, port } of found) peers.add(`${host} ${port}`)
      },
    }),
  )
  return { ...result, peers: [...peers].sort() }
}

async function announce(node: DhtNode, infoHash: Uint8Array, port: number, seed = false) {
  const { closest } = await find(node, infoHash)
  return net.settle(announcePeer(node, infoHash, closest, { port, seed }))
}

const knows = (node: DhtNode, other: DhtNode) =>
  [...node.table.entries()].some(({ contact }) => equalBytes(contact.id, other.id))

describe.each([
  [100, 4],
  [40, 6],
] as const)('%i nodes over IPv%i, one datagram in fifty lost', (count, family) => {
  it('find the closest nodes, and the peers that one of them announced', async () => {
    net = new TestNetwork({ loss: 0.02, family, seed: family })
    await net.grow(count)
    let right = 0
    for (let i = 0; i < 20; i++) {
      const target = net.random.bytes(20)
      const asker = net.nodes[net.random.below(count)]!
      const ids = net.nodes.filter(node => node !== asker).map(({ id }) => id)
      const closest = ids.sort((a, b) => compareDistance(target, a, b)).slice(0, 8)
      const found = await net.settle(asker.findNode(target))
      right += closest.filter(id => found.some(contact => equalBytes(contact.id, id))).length
    }
    expect(right / (20 * 8)).toBeGreaterThan(0.8)

    const infoHash = net.random.bytes(20)
    expect(await announce(net.nodes[7]!, infoHash, 4711)).toBeGreaterThanOrEqual(6)
    expect(await announce(net.nodes[8]!, infoHash, 4712, true)).toBeGreaterThanOrEqual(6)
    const expected = [7, 8].map(i => `${TestNetwork.address(i, family)} ${4704 + i}`).sort()
    for (let i = 0; i < 20; i++) {
      expect((await find(net.nodes[count - 1 - i]!, infoHash)).peers).toEqual(expected)
    }
    const scraped = await find(net.nodes[30]!, infoHash, { scrape: true })
    expect(scraped).toMatchObject({ seeds: 1, leeches: 1 })
  })
})

describe('a network', () => {
  it('survives the loss of half of its nodes at once', async () => {
    net = new TestNetwork({ loss: 0.02 })
    await net.grow(50)
    const infoHash = net.random.bytes(20)
    await Promise.all(net.nodes.filter((_, i) => i % 2 === 1).map(node => node.close()))
    const alive = net.nodes.filter((_, i) => i % 2 === 0)
    await net.clock.advance(20 * MINUTE)
    expect(await announce(alive[5]!, infoHash, 4711)).toBeGreaterThanOrEqual(5)
    for (const node of alive.slice(10, 16)) {
      expect((await find(node, infoHash)).peers).toEqual([`${TestNetwork.address(10)} 4711`])
    }
    await net.clock.advance(60 * MINUTE)
    const dead = net.nodes.filter((_, i) => i % 2 === 1)
    const named = alive.flatMap(node => node.table.closest(infoHash))
    expect(named.some(({ id }) => dead.some(node => equalBytes(node.id, id)))).toBe(false)
    expect((await find(alive[3]!, infoHash)).peers).toEqual([])
  })

  it('sends little while idle', async () => {
    net = new TestNetwork()
    await net.grow(30)
    await net.clock.advance(30 * MINUTE)
    const before = net.network.sentCount
    await net.clock.advance(30 * MINUTE)
    // Less than one datagram per two seconds from each node, including responses.
    expect((net.network.sentCount - before) / (30 * 30 * 60)).toBeLessThan(0.5)
  })

  it('can be rejoined from saved state, without a bootstrap node', async () => {
    net = new TestNetwork()
    await net.grow(30)
    const saved = net.nodes[9]!.saved()
    await net.nodes[9]!.close()
    const again = await net.add({ saved, bootstrap: [], address: TestNetwork.address(9) })
    await net.clock.advance(10_000)
    expect(again.isReady).toBe(true)
    expect(hex(again.id)).toBe(hex(saved.id))
    expect(again.table.size).toBeGreaterThan(10)
  })

  it('recovers by itself after a network outage', async () => {
    net = new TestNetwork()
    await net.grow(20)
    const socket = await net.socket({ 4: TestNetwork.address(200) })
    const { send } = socket
    let cut = false
    socket.send = (...args) => {
      if (!cut) send.apply(socket, args)
    }
    const node = await net.add({ socket, bootstrap: [{ host: TestNetwork.address(0), port: 6881 }] })
    await net.clock.advance(30_000)
    expect(node.table.size).toBeGreaterThan(15)
    cut = true
    await net.clock.advance(3 * 60 * MINUTE)
    expect(node.table.goodCount).toBe(0)
    cut = false
    await net.clock.advance(15 * MINUTE)
    expect(node.table.goodCount).toBeGreaterThan(15)
  })
})

describe('a node', () => {
  it('adopts an ID that its address allows, once others report that address (BEP 42)', async () => {
    net = new TestNetwork()
    await net.grow(20)
    const address = TestNetwork.address(300)
    const node = await net.add({ address, saved: { id: new Uint8Array(20).fill(1), contacts: [] } })
    expect(isNodeIdFor(node.id, parseIp(address)!)).toBe(false)
    await net.clock.advance(30_000)
    expect(node.status.externalIp).toEqual(parseIp(address))
    expect(isNodeIdFor(node.id, parseIp(address)!)).toBe(true)
    expect(node.table.size).toBeGreaterThan(10)
  })

  it('stays out of tables and does not answer if it is read-only, but finds peers (BEP 43)', async () => {
    net = new TestNetwork()
    await net.grow(20)
    const infoHash = net.random.bytes(20)
    await announce(net.nodes[3]!, infoHash, 4711)
    const quiet = await net.add({ readOnly: true })
    await net.clock.advance(10 * MINUTE)
    expect(quiet.table.size).toBeGreaterThan(10)
    expect(net.nodes.filter(node => knows(node, quiet))).toEqual([])
    expect((await find(quiet, infoHash)).peers).toHaveLength(1)
    const endpoint = { ip: parseIp(TestNetwork.address(20))!, host: TestNetwork.address(20), port: 6881 }
    await expect(net.settle(net.nodes[0]!.query(endpoint, 'ping'))).rejects.toMatchObject({ code: 'timeout' })
  })

  it('enters the table of a node that it queries, after a ping', async () => {
    net = new TestNetwork()
    const [first, second] = [await net.add(), await net.add()]
    await net.clock.advance(5000)
    expect([knows(first, second), knows(second, first)]).toEqual([true, true])
  })

  it('learns of nodes from PORT messages and by names', async () => {
    net = new TestNetwork()
    const resolve = async () => [{ host: TestNetwork.address(1), family: 4 as const }]
    const node = await net.add({ bootstrap: [], resolve })
    const [named, told] = [await net.add({ bootstrap: [] }), await net.add({ bootstrap: [] })]
    node.addNode('node.example', 6881)
    node.addNode(TestNetwork.address(2), 6881)
    node.addNode('2001:db8::1', 6881)
    await net.clock.advance(5000)
    expect([knows(node, named), knows(node, told), node.table.size]).toEqual([true, true, 2])
    expect(node.isReady).toBe(true)
  })

  it('ignores an address with a zone, even if it resolves to itself', async () => {
    net = new TestNetwork({ family: 6 })
    let asked = 0
    const node = await net.add({
      resolve: async host => {
        asked++
        // So that an endless loop fails the test instead of hanging it.
        if (asked > 10) throw new Error('asked again and again')
        return [{ host, family: 6 }]
      },
    })
    node.addNode('fe80::1%eth0', 6881)
    await net.clock.advance(MINUTE)
    expect(asked).toBe(1)
  })

  it('passes on nodes to its pair of the other family (BEP 32)', async () => {
    net = new TestNetwork()
    const hosts = Array.from({ length: 12 }, (_, i) => ({
      4: TestNetwork.address(i),
      6: TestNetwork.address(i, 6),
    }))
    const pairs: DhtNode[][] = []
    for (const host of hosts) {
      const bootstrap = pairs.length > 0 ? [{ host: hosts[0]![4], port: 6881 }] : []
      const pair = [
        await net.add({ socket: await net.socket(host, 4), bootstrap, address: host[4] }),
        // Only its pair reports IPv6 nodes to it.
        await net.add({ socket: await net.socket(host, 6), bootstrap: [], address: host[6] }),
      ]
      pair[0]!.pair(pair[1]!)
      pairs.push(pair)
      // The first two need to know each other in IPv6.
      if (pairs.length === 2) pair[1]!.addNode(hosts[0]![6], 6881)
      await net.clock.advance(2000)
    }
    await net.clock.advance(5 * MINUTE)
    for (const [, v6] of pairs) expect(v6!.table.size).toBeGreaterThanOrEqual(8)
  })

  it('rejects pending queries with `closed`, or with the reason of a signal', async () => {
    net = new TestNetwork()
    await net.grow(5)
    const abort = new AbortController()
    const stopped = net.nodes[1]!.findNode(net.random.bytes(20), { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
    const ended = expect(net.nodes[1]!.findNode(net.random.bytes(20))).rejects.toMatchObject({
      code: 'closed',
    })
    await net.nodes[1]!.close()
    await net.nodes[1]!.close()
    await ended
    await expect(net.nodes[1]!.findNode(net.random.bytes(20))).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('against attackers, a node', () => {
  const random = seededRandom(99)
  const stranger = (i: number) => net.socket({ 4: `190.${i >> 8}.${i & 0xff}.1` })
  const target = () => net.nodes[0]!

  async function setUp() {
    net = new TestNetwork()
    await net.grow(10)
  }

  it('ignores garbage', async () => {
    await setUp()
    const socket = await stranger(1)
    for (let i = 0; i < 2000; i++) {
      const bytes = random.bytes(random.below(200))
      if (i % 2) bytes[0] = 0x64
      socket.send(bytes, TestNetwork.address(0), 6881)
    }
    await net.clock.advance(5000)
    expect(target().isReady).toBe(true)
    await socket.close()
  })

  it('sends no more than its rate to a flooding or forged address, one datagram per query', async () => {
    await setUp()
    const socket = await stranger(1)
    let received = 0
    let bytesReceived = 0
    socket.onMessage = bytes => {
      received++
      bytesReceived += bytes.length
    }
    const query = (id: Uint8Array) => encodeQuery(utf8('aa'), 'find_node', id, { target: id }, false)
    for (let i = 0; i < 1000; i++) socket.send(query(random.bytes(20)), TestNetwork.address(0), 6881)
    await net.clock.advance(20_000)
    // At most forty responses and one ping.
    expect(received).toBeGreaterThan(30)
    expect(received).toBeLessThanOrEqual(41)
    expect(bytesReceived).toBeLessThan(1000 * query(new Uint8Array(20)).length)
    await socket.close()
  })

  it('adds no node to its table that does not answer', async () => {
    await setUp()
    const before = target().table.size
    for (let i = 0; i < 50; i++) {
      const socket = await stranger(i)
      const id = random.bytes(20)
      socket.send(encodeQuery(utf8('aa'), 'ping', id, {}, false), TestNetwork.address(0), 6881)
      await socket.close()
    }
    await net.clock.advance(60_000)
    expect(target().table.size).toBe(before)
  })

  it('accepts a response only from the address that it queried', async () => {
    await setUp()
    const victim = await stranger(1)
    const forger = await stranger(2)
    let transaction: Uint8Array | undefined
    victim.onMessage = bytes => {
      const message = parseMessage(bytes)
      if (message.kind === 'query') ({ transaction } = message)
    }
    const endpoint = { ip: parseIp('190.0.1.1')!, host: '190.0.1.1', port: 6881 }
    const asked = target().query(endpoint, 'ping')
    asked.catch(() => {})
    await net.clock.advance(500)
    const id = new Uint8Array(20).fill(6)
    const to = { ...endpoint, port: 1 }
    const forged = encodeResponse(transaction!, id, {}, to)
    forger.send(forged, TestNetwork.address(0), 6881)
    await net.clock.advance(500)
    expect([...target().table.entries()].some(({ contact }) => hex(contact.id) === hex(id))).toBe(false)
    victim.send(forged, TestNetwork.address(0), 6881)
    expect(hex((await net.settle(asked)).from.id)).toBe(hex(id))
    await Promise.all([victim.close(), forger.close()])
  })

  it('keeps its store within its limits', async () => {
    await setUp()
    const node = await net.add({ storeLimits: { torrents: 10, torrentsPerIp: 5 } })
    await net.clock.advance(10_000)
    const endpoint = { ip: parseIp(TestNetwork.address(10))!, host: TestNetwork.address(10), port: 6881 }
    const outcomes: boolean[] = []
    for (let i = 0; i < 8; i++) {
      const infoHash = random.bytes(20)
      const { token } = await net.settle(target().query(endpoint, 'get_peers', { info_hash: infoHash }))
      outcomes.push(token !== undefined)
      const args = { info_hash: infoHash, port: 5, token: token ?? utf8('none') }
      await net.settle(target().query(endpoint, 'announce_peer', args)).catch(() => {})
    }
    expect(outcomes).toEqual([true, true, true, true, true, false, false, false])
    expect(node.status).toMatchObject({ storedTorrents: 5, storedPeers: 5 })
  })
})
