import { idAtDepth, seededRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { describe, expect, it } from 'vitest'
import type { Contact } from './contact.ts'
import { K, RoutingTable } from './routing-table.ts'

const random = seededRandom(5)
const ownKey = random.bytes(32)
const clock = new VirtualClock()

/** A node in bucket `depth`. The keys are chosen, not hashed. */
function node(depth: number, ip = Uint8Array.of(20, ...random.bytes(3))): Contact {
  return { id: random.bytes(38), key: idAtDepth(ownKey, depth, random), addresses: [], ip }
}

function tableOf(...contacts: Contact[]): RoutingTable {
  const table = new RoutingTable(ownKey, clock)
  for (const contact of contacts) table.answered(contact)
  return table
}

describe('the routing table', () => {
  it('holds 20 nodes in a bucket, and replaces one that failed twice', () => {
    const nodes = Array.from({ length: K + 1 }, () => node(0))
    const table = tableOf(...nodes)
    expect(table.size).toBe(K)
    expect(table.has(nodes[K]!.id)).toBe(false)
    table.failed(nodes[3]!)
    expect(table.has(nodes[3]!.id)).toBe(true)
    table.failed(nodes[3]!)
    expect(table.has(nodes[3]!.id)).toBe(false)
    expect(table.has(nodes[K]!.id)).toBe(true)
  })

  it('keeps its nodes through an outage', () => {
    const nodes = Array.from({ length: 5 }, () => node(2))
    const table = tableOf(...nodes)
    for (let i = 0; i < 10; i++) for (const contact of nodes) table.failed(contact, true)
    expect(table.size).toBe(5)
    for (const contact of nodes) table.answered(contact)
    expect(table.closest(ownKey)).toHaveLength(5)
  })

  it('holds one node per address, and its last address', () => {
    const ip = Uint8Array.of(20, 1, 1, 1)
    const first = node(0, ip)
    const table = tableOf(first, node(1, ip), node(0, ip))
    expect(table.size).toBe(1)
    table.answered({ ...first, ip: Uint8Array.of(20, 1, 1, 2) })
    table.answered(node(3, ip))
    expect(table.size).toBe(2)
  })

  it('holds ten nodes of a /24, and two of them in a bucket', () => {
    const neighbor = (depth: number, last: number) => node(depth, Uint8Array.of(20, 9, 9, last))
    const table = tableOf(...Array.from({ length: 5 }, (_, i) => neighbor(0, i + 1)))
    expect(table.size).toBe(2)
    for (let i = 0; i < 40; i++) table.answered(neighbor(1 + (i % 20), 10 + i))
    expect(table.size).toBe(10)
  })

  it('exempts local addresses from both limits', () => {
    const table = tableOf(...Array.from({ length: 15 }, () => node(0, Uint8Array.of(127, 0, 0, 1))))
    expect(table.size).toBe(15)
  })

  it('never holds our own key', () => {
    expect(tableOf({ ...node(0), key: ownKey }).size).toBe(0)
  })

  it('names the nodes nearest to any key, nearest first', () => {
    const nodes = Array.from({ length: 200 }, (_, i) => node(i % 12))
    const table = tableOf(...nodes)
    const held = nodes.filter(({ id }) => table.has(id))
    for (let i = 0; i < 50; i++) {
      const target = idAtDepth(ownKey, i % 16, random)
      const distance = ({ key }: Contact) =>
        key.reduce((sum, byte, at) => (sum << 8n) | BigInt(byte ^ target[at]!), 0n)
      const expected = held.toSorted((a, b) => (distance(a) < distance(b) ? -1 : 1)).slice(0, K)
      expect(table.closest(target)).toEqual(expected)
    }
  })

  it('wants to hear from a node after 15 minutes, and sooner if it failed', async () => {
    const own = new VirtualClock()
    const table = new RoutingTable(ownKey, own)
    const [a, b] = [node(0), node(1)]
    table.answered(a)
    await own.advance(1000)
    table.answered(b)
    expect(table.due()).toBeNull()
    table.failed(b)
    await own.advance(31_000)
    expect(table.due()).toBe(b)
    table.answered(b)
    await own.advance(15 * 60_000)
    expect(table.due()).toBe(a)
  })
})
