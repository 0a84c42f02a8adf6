import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encode } from '../../bencode/bencode.ts'
import { DhtDiscovery } from './dht-discovery.ts'
import type { DhtNode } from './dht-node.ts'
import { createItem, type DhtItem, itemTarget, type MutableItem } from './item.ts'
import { getItem } from './item-search.ts'
import { ItemOwner } from './test-item-owner.ts'
import { TestNetwork } from './test-network.ts'

const COUNT = 16
const owner = new ItemOwner()
let net: TestNetwork

beforeEach(async () => {
  net = new TestNetwork({ seed: 7 })
  await net.grow(COUNT)
})
afterEach(() => net.close())

const through = (node: DhtNode) => new DhtDiscovery({ nodes: [node], clock: net.clock })
const put = (item: DhtItem, cas?: bigint) =>
  net.settle(through(net.nodes[0]!).putItem(item, cas === undefined ? {} : { cas }))
const get = (item: DhtItem | MutableItem, i = COUNT - 1) =>
  net.settle(through(net.nodes[i]!).getItem('publicKey' in item ? item : { target: itemTarget(item) }))

/** Makes a node answer every `get` with this item, whatever the target. */
function lie(node: DhtNode, item: DhtItem): void {
  node.items.get = () => item
}

describe('items', () => {
  it('are found from another node, immutable and mutable', async () => {
    const fixed = createItem({ a: 1 })
    expect(await put(fixed)).toBeGreaterThanOrEqual(8)
    expect(await get(fixed)).toEqual(fixed)
    const salted = owner.item(3, 'x', encode('salt'))
    await put(salted)
    expect(await get(salted)).toEqual(salted)
    expect(await get(owner.item(3, 'x'))).toBeNull()
  })

  it('with the greatest sequence number win, wherever they are', async () => {
    await put(owner.item(1, 'old'))
    const latest = owner.item(9, 'new')
    const { closest } = await net.settle(getItem(net.nodes[0]!, owner))
    // Another node's search may find one node more, which is then the last of the closest: the node
    // that asks here.
    const { id } = closest.at(-2)!.from
    const holder = net.nodes.find(node => node.port && node.id.every((byte, i) => byte === id[i]))!
    lie(holder, latest)
    expect(await get(latest, holder === net.nodes[1] ? 2 : 1)).toEqual(latest)
  })

  it('that are forged, rolled back or of another key are ignored', async () => {
    const current = owner.item(5, 'current')
    await put(current)
    const lies: DhtItem[] = [
      { ...owner.item(6, 'forged'), signature: new Uint8Array(64) },
      { ...owner.item(5, 'x'), seq: 7n },
      owner.item(4, 'old'),
      new ItemOwner().item(8, 'of another'),
      owner.item(8, 'of another salt', encode('salt')),
      createItem('immutable'),
      { ...owner.item(8, 'x'), value: encode(new Uint8Array(997)) },
    ]
    for (const [i, item] of lies.entries()) lie(net.nodes[i + 1]!, item)
    expect(await get(current)).toEqual(current)
  })

  it('are not replaced by older ones, nor if they are not those that the owner had read', async () => {
    await put(owner.item(5, 'a'))
    await expect(put(owner.item(4, 'b'))).rejects.toMatchObject({ code: 'refused' })
    await expect(put(owner.item(5, 'b'))).rejects.toMatchObject({ code: 'refused' })
    await expect(put(owner.item(6, 'b'), 4n)).rejects.toMatchObject({ code: 'refused' })
    expect(await get(owner.item(0, ''))).toMatchObject({ seq: 5n })
    await put(owner.item(6, 'b'), 5n)
    expect(await get(owner.item(0, ''))).toMatchObject({ seq: 6n })
  })

  it('that no node would store are rejected at once', async () => {
    const forged = { ...owner.item(1, 'a'), signature: new Uint8Array(64) }
    await expect(put(forged)).rejects.toMatchObject({ code: 'bad-argument' })
  })

  it('cannot be looked up before there are nodes, and lookups can be cancelled', async () => {
    const lonely = await net.add({ bootstrap: [] })
    await expect(net.settle(through(lonely).getItem(owner))).rejects.toMatchObject({ code: 'unreachable' })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(net.settle(through(net.nodes[1]!).getItem(owner, { signal }))).rejects.toThrow('enough')
  })
})
