import { seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { describe, expect, it } from 'vitest'
import { type Contact, keyOf } from './contact.ts'
import { PROVIDER_LIFE_MS, ProviderStore } from './provider-store.ts'

const random = seededRandom(6)
const key = (number: number) => Uint8Array.of(0x12, 0x20, ...new Uint8Array(31), number)

function provider(ip = Uint8Array.of(20, ...random.bytes(3))): Contact {
  const id = random.bytes(38)
  return { id, key: keyOf(id), addresses: [Uint8Array.of(4, ...ip)], ip }
}

describe('the store of providers', () => {
  it('forgets a record after 48 hours unless it was renewed', async () => {
    const clock = new VirtualClock()
    const store = new ProviderStore(clock)
    const [a, b] = [provider(), provider()]
    store.add(key(1), a)
    store.add(key(1), b)
    await clock.advance(PROVIDER_LIFE_MS / 2)
    const moved = { ...a, addresses: [Uint8Array.of(4, 9, 9, 9, 9)] }
    store.add(key(1), moved)
    await clock.advance(PROVIDER_LIFE_MS / 2)
    expect(store.get(key(1), 10)).toEqual([moved])
    await clock.advance(PROVIDER_LIFE_MS)
    store.expire()
    expect(store.size).toBe(0)
  })

  it('names those who announced themselves last', () => {
    const store = new ProviderStore(new VirtualClock())
    const made = Array.from({ length: 5 }, () => provider())
    for (const contact of made) store.add(key(1), contact)
    expect(store.get(key(1), 2)).toEqual([made[4], made[3]])
    expect(store.get(key(2), 2)).toEqual([])
  })

  it('bounds the whole, a key, a provider and a network', () => {
    const store = new ProviderStore(new VirtualClock(), { records: 40, perKey: 5, perProvider: 4 })
    const added = Array.from({ length: 9 }, () => store.add(key(1), provider()))
    expect(added.filter(Boolean)).toHaveLength(5)
    const greedy = provider()
    expect(Array.from({ length: 6 }, (_, i) => store.add(key(2 + i), greedy)).filter(Boolean)).toHaveLength(4)
    // A tenth of the store per /24.
    const near = (last: number) => provider(Uint8Array.of(20, 1, 1, last))
    expect(Array.from({ length: 9 }, (_, i) => store.add(key(20 + i), near(i))).filter(Boolean)).toHaveLength(
      4,
    )
    for (let i = 0; i < 60; i++) store.add(key(100 + i), provider())
    expect(store.size).toBe(40)
  })

  it('takes ten providers of a key from one /24', () => {
    const store = new ProviderStore(new VirtualClock())
    const near = Array.from({ length: 15 }, (_, i) => store.add(key(1), provider(Uint8Array.of(20, 2, 2, i))))
    expect(near.filter(Boolean)).toHaveLength(10)
    expect(store.add(key(1), provider())).toBe(true)
  })
})
