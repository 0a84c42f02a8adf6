import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { compareDistance } from '../../base/xor-distance.ts'
import { toEndpoint } from './contact.ts'
import { createItem, itemTarget } from './item.ts'
import { ItemStore, type ItemStoreLimits } from './item-store.ts'
import { ItemOwner } from './test-item-owner.ts'

const HOUR = 60 * 60_000
const owner = new ItemOwner()
const address = (i: number) => toEndpoint(`1.2.3.${i}`, 1000 + i)!
const immutable = (i: number) => createItem(`item ${i}`)

function setUp(limits: ItemStoreLimits = {}) {
  const clock = new VirtualClock()
  const ownId = seededRandom(3).bytes(20)
  return { clock, ownId, store: new ItemStore(clock, () => ownId, limits) }
}

describe('ItemStore', () => {
  it('forgets items two hours after their last put', async () => {
    const { clock, store } = setUp()
    const item = owner.item(1, 'a')
    store.put(item, address(1))
    await clock.advance(HOUR)
    expect(store.put(item, address(1))).toBeNull()
    await clock.advance(2 * HOUR - 1)
    expect(store.get(itemTarget(item))).toEqual(item)
    await clock.advance(1)
    expect(store.get(itemTarget(item))).toBeNull()
    store.expire()
    expect(store.size).toBe(0)
    // An expired item does not count as the current one.
    expect(store.put(owner.item(0, 'b'), address(1), 7n)).toBeNull()
  })

  it('renews an item without its signature, but keeps the signature that it verified', () => {
    const { store } = setUp({ signaturesPerAddress: 0.25, signatures: 0.25 })
    const item = owner.item(1, 'a')
    expect(store.put(item, address(1))).toBeNull()
    expect(store.put({ ...item, signature: new Uint8Array(64) }, address(2))).toBeNull()
    expect(store.get(itemTarget(item))).toEqual(item)
  })

  it('verifies a bounded number of signatures for an address', async () => {
    const { clock, store } = setUp()
    const forged = { ...owner.item(1, 'a'), signature: new Uint8Array(64) }
    const results = Array.from({ length: 100 }, () => store.put(forged, address(1)))
    expect(results.filter(result => result === 'bad-signature')).toHaveLength(8)
    expect(results.at(-1)).toBe('no-room')
    expect(store.put(owner.item(1, 'a'), address(2))).toBeNull()
    await clock.advance(1000)
    expect(store.put(owner.item(2, 'a'), address(1))).toBeNull()
  })

  it('stores a bounded number of items for an address', () => {
    const { store } = setUp({ itemsPerAddress: 3 })
    const put = (i: number, from: number) => store.put(immutable(i), address(from))
    expect([1, 2, 3, 4].map(i => put(i, 1))).toEqual([null, null, null, 'no-room'])
    // Renewing does not count.
    expect([put(3, 1), put(4, 2)]).toEqual([null, null])
  })

  it('keeps the items nearest to its ID when it is full', () => {
    const { store, ownId } = setUp({ items: 10, itemsPerAddress: 1000 })
    const items = Array.from({ length: 100 }, (_, i) => immutable(i))
    const results = items.map(item => store.put(item, address(1)))
    expect(results).toContain('no-room')
    expect(store.size).toBe(10)
    const byDistance = items.sort((a, b) => compareDistance(ownId, itemTarget(a), itemTarget(b)))
    expect(byDistance.filter(item => store.get(itemTarget(item)))).toEqual(byDistance.slice(0, 10))
  })
})
