import { afterEach, describe, expect, it } from 'vitest'
import { hex } from '../../base/bytes.ts'
import { delay } from '../../base/clock.ts'
import { parseIp } from '../../base/ip.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { compareDistance } from '../../base/xor-distance.ts'
import { type Contact, compactNodes, toEndpoint } from './contact.ts'
import { type LookupOptions, type LookupResult, lookup } from './lookup.ts'
import { ID_BYTES, nodeIdFor } from './node-id.ts'
import { type NodeResponse, readResponse } from './response.ts'

const random = seededRandom(11)
const target = new Uint8Array(ID_BYTES)
const ownId = new Uint8Array(ID_BYTES).fill(0xff)
const byDistance = (a: Contact, b: Contact) => compareDistance(target, a.id, b.id)

let clock: VirtualClock
afterEach(() => expect(clock.pending).toBe(0))

function verified(i: number): Contact {
  const host = `${1 + (i >> 8)}.${i & 0xff}.9.9`
  return { ...toEndpoint(host, 1)!, id: nodeIdFor(parseIp(host)!, random) }
}

/** Nodes that chose IDs very close to the target. */
function liar(i: number): Contact {
  const id = new Uint8Array(ID_BYTES)
  id.set([i >> 8, i], 16)
  return { ...toEndpoint(`200.${i >> 8}.${i & 0xff}.1`, 1)!, id }
}

function answerOf(from: Contact, nodes: readonly Contact[]): NodeResponse {
  const empty = { kind: 'response', transaction: target, seenIp: undefined, raw: () => undefined } as const
  return readResponse({ ...empty, id: from.id, values: new Map([['nodes', compactNodes(nodes)]]) }, from)
}

/** Queries a network in which each node names the eight nodes of `near(node)` after `latencyMs`. */
async function run(options: Partial<LookupOptions> & Pick<LookupOptions, 'start' | 'ask'>) {
  let result: LookupResult | undefined
  const started = clock.nowMs()
  lookup({ target, ownId, family: 4, clock, ...options }).then(found => {
    result = found
  })
  expect(await clock.until(() => result !== undefined, 300_000)).toBe(true)
  return { ...result!, tookMs: clock.nowMs() - started }
}

describe('lookup', () => {
  it('finds the eight closest of many nodes, with few queries and at most four at once', async () => {
    clock = new VirtualClock()
    const all = Array.from({ length: 2000 }, (_, i) => verified(i))
    const sorted = all.toSorted(byDistance)
    let busy = 0
    let most = 0
    const ask = async (contact: Contact) => {
      most = Math.max(most, ++busy)
      await delay(clock, 50)
      busy--
      // Each node knows eight that are somewhat nearer than itself.
      const place = sorted.indexOf(contact)
      const rank = place < 0 ? sorted.findIndex(({ host }) => host === contact.host) : place
      const reach = Math.max(16, rank >> 2)
      return answerOf(
        contact,
        Array.from({ length: 8 }, () => sorted[random.below(reach)]!),
      )
    }
    const { closest, asked, answered } = await run({ start: all.slice(0, 3), ask })
    const found = closest.map(({ from }) => hex(from.id))
    const right = sorted.slice(0, 8).filter(({ id }) => found.includes(hex(id)))
    expect(right.length).toBeGreaterThanOrEqual(7)
    expect(most).toBe(4)
    expect(asked).toBeLessThan(60)
    expect(answered).toBe(asked)
  })

  it('is neither ended nor crowded out by nodes that chose their IDs (BEP 42)', async () => {
    clock = new VirtualClock()
    const honest = Array.from({ length: 100 }, (_, i) => verified(i)).sort(byDistance)
    let liars = 0
    const ask = async (contact: Contact) => {
      await delay(clock, 50)
      const lies = Array.from({ length: 8 }, () => liar(1 + liars++))
      const isHonest = honest.some(({ host }) => host === contact.host)
      return answerOf(contact, isHonest ? [...honest.slice(0, 8), ...lies] : lies)
    }
    const { closest } = await run({ start: [liar(0), honest[50]!], ask })
    const hosts = closest.map(({ from }) => from.host)
    for (const { host } of honest.slice(0, 8)) expect(hosts).toContain(host)
    expect(hosts.length).toBeLessThanOrEqual(16)
  })

  it('ends in bounded time and queries if it is led to nodes that do not exist', async () => {
    clock = new VirtualClock()
    let named = 100
    const ask = async (contact: Contact) => {
      // One node answers and keeps naming others that do not.
      if (contact.host === '1.1.9.9') {
        return answerOf(
          contact,
          Array.from({ length: 16 }, () => verified(named++)),
        )
      }
      await delay(clock, 5000)
      throw new Error('timeout')
    }
    const { asked, tookMs, closest } = await run({ start: [verified(1)], ask })
    expect(asked).toBe(17)
    expect(closest).toHaveLength(1)
    expect(tookMs).toBeLessThan(12_000)
    await clock.advance(10_000)
  })

  it('queries at most 160 nodes', async () => {
    clock = new VirtualClock()
    let named = 100
    const ask = async (contact: Contact) =>
      // Each node is nearer by one, endlessly.
      answerOf(contact, [
        { ...liar(0), ...toEndpoint(`${1 + (named >> 8)}.${named & 0xff}.7.7`, 1)!, id: stair(named++) },
      ])
    const { asked } = await run({ start: [verified(1)], ask })
    expect(asked).toBe(160)
  })

  it('drops a node that answers with another ID than expected', async () => {
    clock = new VirtualClock()
    const [honest, changed] = [verified(1), verified(2)]
    const ask = async (contact: Contact) => answerOf(contact === changed ? verified(3) : contact, [])
    const { closest } = await run({ start: [honest, changed], ask })
    expect(closest.map(({ from }) => from.host)).toEqual([honest.host])
  })

  it('queries an address once, never ourselves, and does not follow outside nodes into the local network', async () => {
    clock = new VirtualClock()
    const asked: string[] = []
    const named = [
      { ...verified(1), id: random.bytes(20) },
      { ...toEndpoint('127.0.0.1', 1)!, id: random.bytes(20) },
      { ...toEndpoint('192.168.1.1', 80)!, id: random.bytes(20) },
      { ...verified(5), id: ownId },
    ]
    const ask = async (contact: Contact) => {
      asked.push(contact.host)
      return answerOf(contact, named)
    }
    await run({ start: [verified(1)], ask })
    expect(asked).toEqual([verified(1).host])
  })

  it('waits for no node longer than two seconds', async () => {
    clock = new VirtualClock()
    const ask = async (contact: Contact) => {
      if (contact.host === verified(1).host) await delay(clock, 5000)
      return answerOf(contact, [])
    }
    const { closest, tookMs } = await run({ start: [verified(1), verified(2)], ask })
    expect(closest).toHaveLength(1)
    expect(tookMs).toBe(2000)
    await clock.advance(10_000)
  })

  it('resolves at once without nodes to query, and rejects when aborted', async () => {
    clock = new VirtualClock()
    const ask = () => new Promise<NodeResponse>(() => {})
    expect(await run({ start: [], ask })).toMatchObject({ closest: [], asked: 0 })
    const abort = new AbortController()
    const ended = lookup({ target, ownId, family: 4, clock, start: [verified(1)], ask, signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(ended).rejects.toThrow('enough')
    await expect(
      lookup({ target, ownId, family: 4, clock, start: [], ask, signal: abort.signal }),
    ).rejects.toThrow('enough')
  })
})

/** Unverified IDs that get nearer with every step. */
function stair(step: number): Uint8Array {
  const id = new Uint8Array(ID_BYTES).fill(0x7f)
  id.set([0x7f - (step >> 4), 0xff - 16 * (step & 15)])
  return id
}
