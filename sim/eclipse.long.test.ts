/**
 * A key and a word surrounded by twenty identities that were made to be closer than every honest
 * node.
 */
import { expect, it } from 'vitest'
import { decodeRequest, encodeResponse } from '../packages/network/src/indexing/messages.ts'
import { keyOf } from '../packages/network/src/kad/contact.ts'
import { decodeMessage, encodeMessage } from '../packages/network/src/kad/messages.ts'
import { keywordKey, recordKey } from '../packages/network/src/keys.ts'
import {
  SimIndex,
  type SimIndexNode,
  simEntry,
  simSigner,
} from '../packages/network/src/search/testing/sim-index.ts'
import { latin1 } from '../packages/torrent/src/base/bytes.ts'

const SURROUNDING = 20
const NODES = 500
/** One identity in 8,192 is this close: with Ed25519 keys, two core minutes for all twenty. */
const NEAR_BITS = 13

interface Attack {
  readonly made: SimIndex
  readonly hostile: ReadonlySet<string>
  /** Number of queries to each hostile node. */
  readonly asked: Map<string, number>
  /** Nodes reported for misconduct, with the reasons. */
  readonly reports: [id: string, reason: string][]
}

/**
 * Opens a network of honest nodes in which the identities around `key` claim that there are no
 * entries, or invent some, and only name each other.
 */
function surround(key: Uint8Array, ipOf: (at: number) => Uint8Array<ArrayBuffer>): Attack {
  const reports: Attack['reports'] = []
  const made = new SimIndex({
    ...{ seed: 21, nodes: NODES },
    onMisconduct: (id, _, reason) => reports.push([latin1(id), reason]),
  })
  const nodes: SimIndexNode[] = []
  const asked = new Map<string, number>()
  const forged = simEntry(made.random, simSigner(made.random), made.clock.unixMs(), 'Harbour of lies').bytes
  forged[forged.length - 1]! ^= 1
  const invented = () => Array.from({ length: 500 }, () => ({ id: made.random.bytes(16), sequence: 1 }))
  for (let at = 0; at < SURROUNDING; at++) {
    const id = made.identityNear(keyOf(key), NEAR_BITS) as Uint8Array<ArrayBuffer>
    const node = made.addIndexNode(ipOf(at), id)
    nodes.push(node)
    const closer = () => nodes.map(({ contact }) => contact)
    const count = () => asked.set(latin1(id), (asked.get(latin1(id)) ?? 0) + 1)
    node.respond = (_, bytes) => {
      const { type, key: wanted } = decodeMessage(bytes)
      count()
      return type === 'add-provider' ? null : encodeMessage({ type, key: wanted, closer: closer() })
    }
    node.respondIndex = (_, bytes) => {
      const request = decodeRequest(bytes)
      count()
      if (request.type === 'find')
        return encodeResponse({ closer: closer(), total: 500, references: at % 2 === 0 ? invented() : [] })
      if (request.type === 'get') return encodeResponse({ entries: [forged] })
      // It claims to accept everything.
      return encodeResponse({ accepted: 2000 })
    }
  }
  // All have met them, and keep as many as their tables have room for.
  for (const honest of made.indexNodes)
    if (!nodes.includes(honest)) for (const { contact } of nodes) honest.kad.discovered(contact)
  return { made, hostile: new Set(nodes.map(({ contact }) => latin1(contact.id))), asked, reports }
}

const SEEKERS = [100, 250, 400]

const ONE_NETWORK = ['one /24', (at: number) => Uint8Array.of(120, 1, 1, at + 1), 10] as const
const LAYOUTS = [
  ['twenty networks', (at: number) => Uint8Array.of(120, at, 1, 1), SURROUNDING],
  ONE_NETWORK,
] as const

it.each(LAYOUTS)('a word is searched although identities of %s surround it', async (_, ipOf, most) => {
  const { made, hostile, asked, reports } = surround(keywordKey('harbour'), ipOf)
  const nearest = made.nearest(keyOf(keywordKey('harbour')))
  expect(nearest.every(({ contact }) => hostile.has(latin1(contact.id)))).toBe(true)
  const publisher = made.publisher(made.indexNodes[1]!)
  const signed = simEntry(made.random, simSigner(made.random), made.clock.unixMs(), 'Harbour at night')
  publisher.publish(signed)
  publisher.start()
  await made.clock.advance(60_000)
  publisher.close()
  made.indexNodes[1]!.online = false
  asked.clear()
  for (const seeker of SEEKERS) {
    const { rows, messages } = await made.run(made.indexNodes[seeker]!.search.search({ words: ['harbour'] }))
    expect(rows.map(row => [row.signed.entry.title, row.confirmed])).toEqual([['Harbour at night', true]])
    expect(messages).toBeLessThanOrEqual(60)
  }
  // Only a few nodes of a network are queried; nodes that deliver forgeries are reported, and no
  // others.
  expect(asked.size).toBeGreaterThan(0)
  expect(asked.size).toBeLessThanOrEqual(most)
  expect(reports.length).toBeGreaterThan(0)
  for (const [id, reason] of reports)
    expect([hostile.has(id), reason]).toEqual([true, expect.stringMatching(/forged|unasked/)])
})

// kademlia.long.test.ts tests the same with twenty networks.
it.each([ONE_NETWORK])(
  'a provider is found although identities of %s surround its key',
  async (_, ipOf, most) => {
    const key = recordKey('info_hash_idx::', new Uint8Array(20).fill(7))
    const { made, hostile, asked } = surround(key, ipOf)
    const nearest = made.nearest(keyOf(key))
    expect(nearest.every(({ contact }) => hostile.has(latin1(contact.id)))).toBe(true)
    const provider = made.indexNodes[1]!
    await made.run(made.publisher(provider).provideNow([key]))
    for (const seeker of SEEKERS) {
      asked.clear()
      const found = await made.run(made.indexNodes[seeker]!.kad.findProviders(key))
      expect(found.map(({ id }) => latin1(id))).toEqual([latin1(provider.contact.id)])
      expect(asked.size).toBeLessThanOrEqual(most)
    }
  },
)
