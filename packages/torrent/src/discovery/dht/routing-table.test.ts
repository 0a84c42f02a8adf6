import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../base/bytes.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { compareDistance, idAtDepth } from '../../base/xor-distance.ts'
import { type Contact, toEndpoint } from './contact.ts'
import { nodeIdFor } from './node-id.ts'
import { GOOD_MS, RoutingTable } from './routing-table.ts'

const own = new Uint8Array(20)

function setUp() {
  const clock = new VirtualClock()
  return { clock, random: seededRandom(7), table: new RoutingTable(own, clock) }
}

const { random } = setUp()

/**
 * A public node in its own network, with an ID that shares `bits` bits with ours and that its
 * address does not allow.
 */
function at(i: number, bits = 0, port = 6881): Contact {
  return { ...toEndpoint(`${1 + (i >> 8)}.${i & 0xff}.3.4`, port)!, id: idAtDepth(own, bits, random) }
}

function fill(table: RoutingTable, count: number, bits: number, from = 0): Contact[] {
  const contacts = Array.from({ length: count }, (_, i) => at(from + i, bits))
  for (const contact of contacts) table.answered(contact)
  return contacts
}

const has = (table: RoutingTable, { id }: Contact) =>
  [...table.entries()].some(({ contact }) => hex(contact.id) === hex(id))

describe('RoutingTable', () => {
  it('splits only the bucket of our own ID', () => {
    const { table } = setUp()
    for (let depth = 0; depth < 12; depth++) fill(table, 100, depth, depth * 100)
    expect(table.bucketCount).toBeGreaterThan(10)
    // Buckets of 64, 32, 16 and then 8, except for the last ones, which cannot split.
    expect(table.size).toBeGreaterThan(64 + 32 + 16 + 8 * 8)
    expect(table.size).toBeLessThan(64 + 32 + 16 + 8 * 12)
  })

  it('returns the closest nodes, nearest first, as if it had sorted them all', () => {
    const { table } = setUp()
    for (let depth = 0; depth < 12; depth++) fill(table, 20, depth, depth * 20)
    for (let i = 0; i < 100; i++) {
      const target = idAtDepth(own, i % 14, random)
      const expected = [...table.entries()]
        .map(({ contact }) => hex(contact.id))
        .sort((a, b) => compareDistance(target, fromHex(a)!, fromHex(b)!))
        .slice(0, 8)
      expect(table.closest(target).map(({ id }) => hex(id))).toEqual(expected)
    }
  })

  it('keeps old good nodes, and new ones only as replacements', () => {
    const { table } = setUp()
    const old = fill(table, 64, 0)
    fill(table, 8, 5, 500)
    const newcomer = at(100)
    table.answered(newcomer)
    expect(old.every(contact => has(table, contact))).toBe(true)
    expect(has(table, newcomer)).toBe(false)
    table.failed(old[3]!)
    expect(has(table, old[3]!)).toBe(true)
    table.failed(old[3]!)
    expect(has(table, old[3]!)).toBe(false)
    expect(has(table, newcomer)).toBe(true)
  })

  it('resets failures with the next answer', () => {
    const { table } = setUp()
    const [contact] = fill(table, 1, 0)
    table.failed(contact!)
    table.answered(contact!)
    table.failed(contact!)
    expect(table.closest(own)).toHaveLength(1)
    table.failed(contact!)
    expect(table.closest(own)).toHaveLength(0)
  })

  it('keeps a silent node without a replacement for a while, and permanently while no node answers', () => {
    const { table } = setUp()
    const [heard, alone] = fill(table, 2, 0)
    for (let i = 0; i < 20; i++) {
      table.failed(heard!)
      table.failed(alone!, true)
    }
    expect([has(table, heard!), has(table, alone!)]).toEqual([false, true])
    expect(table.closest(own)).toHaveLength(0)
    table.answered(alone!)
    expect(table.closest(own)).toHaveLength(1)
  })

  it('prefers nodes whose address allows their ID (BEP 42)', () => {
    const { table } = setUp()
    const old = fill(table, 64, 0)
    fill(table, 8, 5, 500)
    let verified = 0
    for (let i = 0; verified < 10; i++) {
      const endpoint = toEndpoint(`200.${i & 0xff}.1.${i >> 8}`, 1)!
      const contact = { ...endpoint, id: nodeIdFor(endpoint.ip, random) }
      if (contact.id[0]! < 0x80) continue
      table.answered(contact)
      expect(has(table, contact)).toBe(true)
      verified++
    }
    expect(old.filter(contact => has(table, contact))).toHaveLength(54)
  })

  it('accepts one node per address and two per /24 in a bucket, but any number of local ones', () => {
    const { table } = setUp()
    const place = (host: string, port: number) => ({
      ...toEndpoint(host, port)!,
      id: idAtDepth(own, 0, random),
    })
    for (let i = 1; i < 9; i++) table.answered(place('5.5.5.5', i))
    expect(table.size).toBe(1)
    for (let i = 1; i < 9; i++) table.answered(place(`6.6.6.${i}`, 1))
    expect(table.size).toBe(3)
    for (let i = 1; i < 9; i++) table.answered(place('127.0.0.1', i))
    expect(table.size).toBe(11)
  })

  it('does not let another address take over the ID of a live node', () => {
    const { table } = setUp()
    const [contact] = fill(table, 1, 0)
    const thief = { ...at(50), id: contact!.id }
    table.answered(thief)
    expect(table.closest(own)[0]!.host).toBe(contact!.host)
    table.failed(contact!)
    table.failed(contact!)
    table.answered(thief)
    expect(table.closest(own)[0]!.host).toBe(thief.host)
  })

  it('accepts a node that returns with another ID', () => {
    const { table } = setUp()
    const [contact] = fill(table, 1, 0)
    table.answered({ ...contact!, id: idAtDepth(own, 3, random) })
    expect(table.size).toBe(1)
    expect(has(table, contact!)).toBe(false)
  })

  it('never accepts our own ID', () => {
    const { table } = setUp()
    table.answered({ ...at(1), id: own })
    expect(table.size).toBe(0)
  })

  it('counts nodes as good for 15 minutes after an answer or a query (BEP 5)', async () => {
    const { table, clock } = setUp()
    const [quiet, asking] = fill(table, 2, 0)
    await clock.advance(GOOD_MS - 1)
    expect(table.asked(asking!)).toBe(true)
    expect(table.goodCount).toBe(2)
    await clock.advance(1)
    expect(table.closest(own, 8, true)).toEqual([asking])
    expect(table.due()).toBe(quiet)
    expect(table.asked(at(9))).toBe(false)
  })

  it('retries soon after one failure, and late after two', async () => {
    const { table, clock } = setUp()
    const [contact] = fill(table, 1, 0)
    table.failed(contact!)
    expect(table.due()).toBeNull()
    await clock.advance(30_000)
    expect(table.due()).toBe(contact)
    table.failed(contact!)
    await clock.advance(60_000)
    expect(table.due()).toBeNull()
    await clock.advance(GOOD_MS)
    expect(table.due()).toBe(contact)
  })

  it('returns each bucket for a refresh once in 15 minutes', async () => {
    const { table, clock } = setUp()
    for (let depth = 0; depth < 5; depth++) fill(table, 70, depth, depth * 70)
    expect(table.takeStaleDepth()).toBeNull()
    await clock.advance(GOOD_MS)
    const depths = Array.from({ length: table.bucketCount }, () => table.takeStaleDepth())
    expect(depths).toEqual(Array.from({ length: table.bucketCount }, (_, depth) => depth))
    expect(table.takeStaleDepth()).toBeNull()
  })

  it('stays bounded if an attacker invents nodes near us', () => {
    const { table } = setUp()
    for (let depth = 0; depth < 160; depth++) fill(table, 40, depth, depth * 40)
    expect(table.size).toBeLessThanOrEqual(64 + 32 + 16 + 8 * 157)
  })
})
