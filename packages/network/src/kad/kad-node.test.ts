import { latin1 } from '@shoal/torrent/base'
import { describe, expect, it } from 'vitest'
import { keyOf } from './contact.ts'
import { KadNode } from './kad-node.ts'
import { decodeMessage, encodeMessage } from './messages.ts'
import { SimNetwork, type SimNode } from './testing/sim-network.ts'

const KEY = Uint8Array.of(0x12, 0x20, ...new Uint8Array(32).fill(7))

function network(count: number, seed = 1): SimNetwork {
  const made = new SimNetwork({ seed })
  for (let i = 0; i < count; i++) made.add()
  made.fillTables()
  return made
}

/** A network that records which nodes are scored down, by PeerId, and why. */
function watched(count: number) {
  const reports: [string, string][] = []
  const made = new SimNetwork({
    seed: 1,
    onMisconduct: (id, _, reason) => reports.push([latin1(id), reason]),
  })
  for (let i = 0; i < count; i++) made.add()
  made.fillTables()
  return { made, reports }
}

const names = (nodes: readonly { contact: { key: Uint8Array } }[]) =>
  nodes.map(({ contact }) => String(contact.key))

describe('a network of nodes', () => {
  it('finds the nodes nearest to any key', async () => {
    const made = network(300)
    for (let i = 0; i < 10; i++) {
      const target = made.random.below(300)
      const wanted = made.nodes[target]!
      const found = await made.run(made.nodes[(7 * i) % 300]!.kad.findNodes(wanted.contact.id))
      const expected = names(made.nearest(wanted.contact.key))
      expect(
        found.map(({ key }) => String(key)).filter(key => expected.includes(key)).length,
      ).toBeGreaterThanOrEqual(19)
      expect(String(found[0]!.key)).toBe(String(wanted.contact.key))
    }
  })

  it('finds what a node provides, also when most of the nodes nearest to the key are gone', async () => {
    const made = network(300)
    const [provider, seeker] = [made.nodes[3]!, made.nodes[200]!]
    await made.run(provider.kad.provide(KEY))
    for (const node of made.nearest(keyOf(KEY), 15))
      if (node !== seeker && node !== provider) node.online = false
    const found = await made.run(seeker.kad.findProviders(KEY))
    expect(found.map(({ id }) => String(id))).toEqual([String(provider.contact.id)])
    expect(found[0]!.addresses).toEqual(provider.contact.addresses)
  })

  it('forms from one known node', async () => {
    const made = new SimNetwork({ seed: 3 })
    for (let i = 0; i < 40; i++) {
      const node = made.add()
      if (i > 0) node.kad.discovered(made.nodes[0]!.contact)
      node.kad.start()
    }
    await made.clock.advance(12 * 60_000)
    for (const node of made.nodes) expect(node.kad.tableSize).toBeGreaterThan(15)
    await made.run(made.nodes[10]!.kad.provide(KEY))
    expect(await made.run(made.nodes[30]!.kad.findProviders(KEY))).toHaveLength(1)
    for (const node of made.nodes) node.kad.close()
    expect(made.clock.pending).toBe(0)
  })

  it('estimates its own size', async () => {
    const made = network(600)
    const node = made.nodes[0]!
    node.kad.start()
    await made.clock.advance(3_600_000)
    expect(node.kad.networkSize).toBeGreaterThan(350)
    expect(node.kad.networkSize).toBeLessThan(1000)
    node.kad.close()
  })
})

describe('a node', () => {
  it('stores only what a node says of itself', async () => {
    const { made, reports } = watched(3)
    const [node, liar, victim] = made.nodes as [SimNode, SimNode, SimNode]
    const message = encodeMessage({ type: 'add-provider', key: KEY, providers: [victim.contact] })
    expect(node.kad.handle(liar.contact.id, liar.contact.ip, message)).toBeNull()
    expect(node.kad.storedRecords).toBe(0)
    expect(reports).toEqual([[latin1(liar.contact.id), 'forged']])
    expect(node.kad.handle(victim.contact.id, victim.contact.ip, message)).toBeNull()
    expect(node.kad.storedRecords).toBe(1)
    expect(reports).toHaveLength(1)
  })

  it('reports who sends bytes that are not a message, as request and as response', async () => {
    const { made, reports } = watched(2)
    const [node, liar] = made.nodes as [SimNode, SimNode]
    const id = latin1(liar.contact.id)
    const junk = Uint8Array.of(0xff)
    expect(() => node.kad.handle(liar.contact.id, liar.contact.ip, junk)).toThrow()
    expect(reports).toEqual([[id, 'bad-message']])
    liar.respond = () => junk
    expect(await made.run(node.kad.findNodes(KEY))).toEqual([])
    expect(reports).toEqual(Array(2).fill([id, 'bad-message']))
  })

  it('counts records for which there is no room, and reports a provider that does not stop', async () => {
    const { made, reports } = watched(1)
    const [node] = made.nodes as [SimNode]
    const keyAt = (at: number) => Uint8Array.of(0x12, 0x20, at >> 16, at >> 8, at, ...new Uint8Array(29))
    const from = (host: number) => {
      const ip = Uint8Array.of(9, 9, 9, host)
      const id = new Uint8Array(38).fill(host)
      return { id, key: keyOf(id), addresses: [Uint8Array.of(4, ...ip)], ip }
    }
    const honest = { ...from(250), ip: Uint8Array.of(8, 8, 8, 8) }
    expect(node.kad.providers.addAll([KEY], honest)).toBe(1)
    // Two hundred identities of one /24 announce 500 keys each, but get only a tenth of the store.
    for (let host = 0; host < 200; host++)
      node.kad.providers.addAll(
        Array.from({ length: 500 }, (_, at) => keyAt(500 * host + at)),
        from(host),
      )
    expect(node.kad.storedRecords).toBe(1 + 20_000)
    expect(node.kad.providers.refused).toBe(80_000)
    // None of them has exceeded its own limit.
    expect(reports).toEqual([])
    for (let part = 0; part < 60; part++)
      node.kad.providers.addAll(
        Array.from({ length: 500 }, (_, at) => keyAt(500 * (200 + part) + at)),
        from(7),
      )
    expect(reports).toHaveLength((30_000 - 20_000) / 500)
    expect(new Set(reports.map(([, reason]) => reason))).toEqual(new Set(['flood']))
    // Others still have room.
    expect(node.kad.providers.addAll([keyAt(1)], { ...honest, id: new Uint8Array(38).fill(251) })).toBe(1)
    expect(node.kad.providers.get(KEY, 1)).toHaveLength(1)
    // Later, it no longer counts as a flood.
    const before = reports.length
    await made.clock.advance(60_000)
    expect(node.kad.providers.addAll([keyAt(600_000)], from(7))).toBe(0)
    expect(reports).toHaveLength(before)
  })

  it('announces nothing while nobody can dial it', async () => {
    const made = network(30)
    const hidden = new KadNode({
      id: new Uint8Array(38),
      clock: made.clock,
      random: made.random,
      ownAddresses: () => [],
      network: {
        request: () => Promise.reject(new Error('not expected')),
        send: () => Promise.reject(new Error('not expected')),
        dialable: addresses => ({ addresses, ip: null }),
      },
    })
    expect(await hidden.provide(KEY)).toBe(0)
  })

  it('names itself first to who asks for a key that it provides, until it withdraws that', async () => {
    const made = network(2)
    const [provider, seeker] = made.nodes as [SimNode, SimNode]
    // Nothing is announced to other nodes: the seeker has to ask the provider.
    provider.kad.startProviding(KEY)
    const found = async () =>
      (await made.run(seeker.kad.findProviders(KEY))).map(({ id, addresses }) => ({ id, addresses }))
    const { id, addresses } = provider.contact
    expect(await found()).toEqual([{ id, addresses }])
    const [, other] = [made.add(), made.add()]
    const message = encodeMessage({ type: 'add-provider', key: KEY, providers: [other.contact] })
    provider.kad.handle(other.contact.id, other.contact.ip, message)
    expect((await found()).map(each => each.id)).toEqual([id, other.contact.id])
    provider.kad.stopProviding(KEY)
    expect((await found()).map(each => each.id)).toEqual([other.contact.id])
  })

  it('names itself to nobody while nobody can dial it', () => {
    const made = network(1)
    const hidden = new KadNode({
      ...{ id: new Uint8Array(38), clock: made.clock, random: made.random, ownAddresses: () => [] },
      network: made.indexNetwork(made.nodes[0]!),
    })
    hidden.startProviding(KEY)
    const asked = hidden.handle(
      new Uint8Array(38).fill(1),
      null,
      encodeMessage({ type: 'get-providers', key: KEY }),
    )
    expect(decodeMessage(asked!).providers).toEqual([])
  })

  it('ends a lookup when it is aborted or the node is closed', async () => {
    const made = network(50)
    for (const node of made.nodes.slice(1)) node.online = false
    const stop = new AbortController()
    const node = made.nodes[0]!
    const aborted = node.kad.findNodes(KEY, stop.signal)
    stop.abort(new Error('stopped'))
    await expect(made.run(aborted)).rejects.toThrow('stopped')
    const closed = node.kad.findNodes(KEY)
    node.kad.close()
    await expect(made.run(closed)).rejects.toThrow('The DHT was closed')
    await made.clock.advance(60_000)
    expect(made.clock.pending).toBe(0)
  })
})
