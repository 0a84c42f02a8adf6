import { seededRandom } from '@shoal/torrent/base'
import { describe, expect, it } from 'vitest'
import { signWithdrawal } from '../entries/entry.ts'
import { recordKey } from '../keys.ts'
import { SimIndex, simEntry, simPeerId, simSigner } from '../search/testing/sim-index.ts'
import { ANNOUNCEMENT_LIFE_MS } from './index-node.ts'
import { RENEWAL_MS } from './publisher.ts'

const random = seededRandom(6)
const signer = simSigner(random)
const keyAt = (at: number) => recordKey('files_idx::', Uint8Array.of(at >> 8, at))

/** Opens a network, and a publisher on one of its nodes. */
function open(nodes: number) {
  const made = new SimIndex({ seed: 8, nodes })
  const seed = random.bytes(32)
  const node = made.addIndexNode(undefined, simPeerId(seed))
  made.fillTables()
  return { made, node, publisher: made.publisher(node, seed) }
}

describe('a publisher', () => {
  it('renews its keys before they expire, with a walk for each region', async () => {
    const { made, node, publisher } = open(100)
    const keys = Array.from({ length: 300 }, (_, at) => keyAt(at))
    publisher.provide(keys)
    publisher.start()
    await made.clock.advance(60_000)
    const [messages, requests] = [made.messages, node.client.requests]
    await made.clock.advance(2 * ANNOUNCEMENT_LIFE_MS)
    for (const key of keys.slice(0, 5))
      expect(await made.run(made.indexNodes[70]!.kad.findProviders(key))).toHaveLength(1)
    // Four regions of about 25 nodes, three times a day.
    expect(node.client.requests - requests).toBeGreaterThan(2 * 100)
    expect(node.client.requests - requests).toBeLessThan(5 * 130)
    expect(made.messages - messages).toBeLessThan(1500)
    publisher.close()
    await made.clock.advance(ANNOUNCEMENT_LIFE_MS)
    expect(await made.run(made.indexNodes[70]!.kad.findProviders(keys[0]!))).toEqual([])
    expect(RENEWAL_MS).toBeLessThan(ANNOUNCEMENT_LIFE_MS)
  })

  it('announces keys at once if asked to, and tells how many nodes took them', async () => {
    const { made, publisher } = open(60)
    expect(publisher.announced(keyAt(1))).toBeNull()
    await made.run(publisher.provideNow([keyAt(1)]))
    const { atMs, nodes } = publisher.announced(keyAt(1))!
    expect(nodes).toBeGreaterThan(15)
    publisher.start()
    await made.clock.advance(RENEWAL_MS + 60_000)
    expect(publisher.announced(keyAt(1))!.atMs).toBeGreaterThan(atMs)
    await made.run(publisher.withdraw([keyAt(1)]))
    expect(publisher.announced(keyAt(1))).toBeNull()
    publisher.close()
  })

  it('announces to the first node that comes what it offered while it was alone', async () => {
    const made = new SimIndex({ seed: 9, nodes: 0 })
    const seed = new Uint8Array(32).fill(3)
    const node = made.addIndexNode(undefined, simPeerId(seed))
    const publisher = made.publisher(node, seed)
    await made.run(publisher.provideNow([keyAt(1)]))
    publisher.provide([keyAt(2)])
    publisher.start()
    await made.clock.advance(60_000)
    expect([publisher.announced(keyAt(1)), publisher.announced(keyAt(2))]).toEqual([null, null])
    const first = made.addIndexNode()
    const ask = (key: Uint8Array) => made.run(first.kad.findProviders(key))
    first.kad.discovered(node.contact)
    // The node itself answers before anything is announced.
    expect(await ask(keyAt(1))).toHaveLength(1)
    made.fillTables()
    await made.clock.advance(60_000)
    for (const key of [keyAt(1), keyAt(2)]) expect(first.kad.providers.get(key, 1)).toHaveLength(1)
    await made.run(publisher.withdraw([keyAt(1)]))
    expect([await ask(keyAt(1)), (await ask(keyAt(2))).length]).toEqual([[], 1])
    publisher.close()
  })

  it('announces everything again when it has other addresses', async () => {
    const { made, publisher } = open(60)
    publisher.provide([keyAt(1), keyAt(2)])
    publisher.start()
    await made.clock.advance(60_000)
    const before = publisher.announced(keyAt(1))!.atMs
    publisher.readdress()
    await made.clock.advance(60_000)
    for (const key of [keyAt(1), keyAt(2)]) expect(publisher.announced(key)!.atMs).toBeGreaterThan(before)
    publisher.close()
  })

  it('withdraws keys everywhere at once', async () => {
    const { made, publisher } = open(60)
    publisher.provide([keyAt(1), keyAt(2)])
    publisher.start()
    await made.clock.advance(60_000)
    await made.run(publisher.withdraw([keyAt(1)]))
    const stored = (key: Uint8Array) =>
      made.indexNodes.filter(({ kad }) => kad.providers.get(key, 1).length > 0).length
    expect(stored(keyAt(1))).toBe(0)
    expect(stored(keyAt(2))).toBeGreaterThan(15)
    expect(publisher.size).toEqual({ keys: 1, entries: 0 })
    publisher.close()
  })

  it('announces keys one by one to nodes that speak only the protocol of libp2p', async () => {
    const { made, publisher } = open(40)
    const stock = made.indexNodes.slice(0, 40)
    for (const node of stock) Reflect.deleteProperty(node, 'respondIndex')
    publisher.provide([keyAt(1), keyAt(2)])
    publisher.start()
    await made.clock.advance(60_000)
    publisher.close()
    await made.clock.advance(2 * ANNOUNCEMENT_LIFE_MS)
    expect(await made.run(stock[30]!.kad.findProviders(keyAt(2)))).toHaveLength(1)
  })

  it('replaces a version at the nodes of all its words, and retracts it', async () => {
    const { made, publisher } = open(60)
    const infoHashV2 = random.bytes(32)
    const entry = (title: string, sequence: number) =>
      simEntry(random, signer, made.clock.unixMs(), title, { infoHashV2, sequence })
    const titles = async (word: string) => {
      const { rows } = await made.run(made.indexNodes[30]!.search.search({ words: [word] }))
      return rows.map(({ signed }) => signed.entry.title)
    }
    publisher.publish(entry('first title', 1))
    publisher.start()
    await made.clock.advance(60_000)
    expect(await titles('first')).toEqual(['first title'])
    const second = entry('second title', 2)
    publisher.publish(second)
    await made.clock.advance(60_000)
    expect([await titles('first'), await titles('second')]).toEqual([[], ['second title']])
    await made.run(publisher.retract(second, signWithdrawal(second.entry, signer, 3)))
    // A walk may miss a node of a region, which then receives it from the others.
    for (const { index } of made.indexNodes) index.start()
    await made.clock.advance(5 * 3_600_000)
    expect([await titles('second'), await titles('title')]).toEqual([[], []])
    publisher.close()
    for (const { index } of made.indexNodes) index.close()
  })
})
