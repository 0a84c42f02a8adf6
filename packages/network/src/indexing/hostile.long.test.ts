import { seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, it } from 'vitest'
import { type Contact, keyOf } from '../kad/contact.ts'
import { ProviderStore } from '../kad/provider-store.ts'
import { keywordKey } from '../keys.ts'
import { simEntry, simSigner } from '../search/testing/sim-index.ts'
import { EntryStore } from './entry-store.ts'

const ALL_KEYS = 200_000
const ALL_WORDS = 60_000
const WORDS = 40
const random = seededRandom(9)

/** A contact at one of 250 addresses of the /24 with that number. */
function contactIn(network: number, at: number): Contact {
  const id = Uint8Array.of(network >> 8, network & 255, at, ...new Uint8Array(35))
  const ip = Uint8Array.of(20, network >> 8, network & 255, at)
  return { id, key: keyOf(id), addresses: [Uint8Array.of(4, ...ip)], ip }
}

it('sixty thousand words leave room for the entries of others, from one network and from many', () => {
  const clock = new VirtualClock()
  const store = new EntryStore(clock, { entries: 500 })
  const signer = simSigner(random)
  const honest = simEntry(random, signer, clock.unixMs(), 'An honest title')
  expect(store.put(honest, 'honest', () => true)).toBe('stored')
  const spam = simEntry(random, simSigner(random), clock.unixMs(), 'spam')
  const outcomes = { stored: 0, full: 0 }
  for (let at = 0; at < ALL_WORDS / WORDS; at++) {
    const title = Array.from({ length: WORDS }, (_, word) => `w${at * WORDS + word}`).join(' ')
    const entry = { ...spam.entry, title, publisher: random.bytes(32) }
    // The second half comes from that many networks.
    const network = at % 2 === 0 ? 'one' : `network ${at}`
    const outcome = store.put({ ...spam, entry, id: random.bytes(32) }, network, () => true)
    outcomes[outcome as keyof typeof outcomes]++
  }
  expect(outcomes).toEqual({ stored: 499, full: ALL_WORDS / WORDS - 499 })
  const query = { key: keywordKey('honest'), words: [], without: [], filters: {}, limit: 10 }
  expect(store.find(query).references).toHaveLength(1)
})

it('two hundred thousand announced keys fill no more than the share of their networks, and push out nobody', () => {
  const store = new ProviderStore(new VirtualClock(), { records: 20_000 })
  const keyAt = (at: number) =>
    Uint8Array.of(0x12, 0x20, at >> 24, at >> 16, at >> 8, at, ...new Uint8Array(28))
  expect(store.add(keyAt(-1), contactIn(9, 1))).toBe(true)
  const near = Array.from({ length: 250 }, (_, at) => contactIn(1, at))
  for (let at = 0; at < ALL_KEYS / 2; at++) store.add(keyAt(at), near[at % near.length]!)
  expect(store.size).toBe(1 + 2000)
  const far = Array.from({ length: 1000 }, (_, at) => contactIn(10 + at, 1))
  for (let at = 0; at < ALL_KEYS / 2; at++) store.add(keyAt(at), far[at % far.length]!)
  expect(store.size).toBe(20_000)
  expect(store.get(keyAt(-1), 1)).toHaveLength(1)
})
