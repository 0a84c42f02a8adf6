import { sharedBits } from '@shoal/torrent/base'
import { expect, it } from 'vitest'
import { keyOf } from '../packages/network/src/kad/contact.ts'
import { decodeMessage, encodeMessage } from '../packages/network/src/kad/messages.ts'
import { SimNetwork, type SimNode } from '../packages/network/src/kad/testing/sim-network.ts'

const KEY = Uint8Array.of(0x12, 0x20, ...new Uint8Array(32).fill(9))

function network(count: number, seed: number): SimNetwork {
  const made = new SimNetwork({ seed })
  for (let i = 0; i < count; i++) made.add()
  made.fillTables()
  return made
}

/** Returns the medians of 15 lookups: messages and milliseconds. */
async function lookupCost(count: number): Promise<{ messages: number; ms: number }> {
  const made = network(count, count)
  const messages: number[] = []
  const times: number[] = []
  for (let i = 0; i < 15; i++) {
    const [before, startMs] = [made.messages, made.clock.nowMs()]
    await made.run(made.nodes[made.random.below(count)]!.kad.findNodes(made.random.bytes(32)))
    messages.push(made.messages - before)
    times.push(made.clock.nowMs() - startMs)
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[7]!
  return { messages: median(messages), ms: median(times) }
}

it('looks up with messages and time that grow with the logarithm of the network', async () => {
  const [hundred, thousand, tenThousand] = [
    await lookupCost(100),
    await lookupCost(1000),
    await lookupCost(10_000),
  ]
  // The 20 closest nodes are always queried. A network ten times as large takes about one more
  // step, of at most 9 queries and 80 ms, and nodes of a small one know most of it.
  expect(thousand.messages - hundred.messages).toBeLessThan(25)
  expect(tenThousand.messages - thousand.messages).toBeLessThan(15)
  expect(tenThousand.ms - thousand.ms).toBeLessThan(240)
  expect(tenThousand.messages).toBeLessThan(60)
})

it('finds a provider although 20 identities were made that are nearer to the key than any honest node', async () => {
  const made = network(500, 4)
  const hostile: SimNode[] = []
  for (let i = 0; i < 20; i++) {
    const id = made.identityNear(keyOf(KEY), 14)
    const node = made.add(Uint8Array.of(120, i, 1, 1), id)
    hostile.push(node)
    // It stores nothing, knows no provider, and only names its accomplices.
    node.respond = (_, bytes) => {
      const { type, key } = decodeMessage(bytes)
      if (type === 'add-provider') return null
      return encodeMessage({ type, key, closer: hostile.map(({ contact }) => contact) })
    }
    for (const honest of made.nodes.slice(0, 500)) honest.kad.discovered(node.contact)
  }
  expect(made.nearest(keyOf(KEY)).every(node => hostile.includes(node))).toBe(true)

  const [provider, seeker] = [made.nodes[1]!, made.nodes[250]!]
  for (const { kad } of [provider, seeker]) kad.start()
  // Both have to know the size of the network, and thus the region that contains the key.
  await made.clock.advance(60 * 60_000)
  expect(await made.run(provider.kad.provide(KEY))).toBeGreaterThan(30)
  const found = await made.run(seeker.kad.findProviders(KEY))
  expect(found.map(({ key }) => key)).toEqual([provider.contact.key])
  expect(sharedBits(hostile[0]!.contact.key, keyOf(KEY))).toBeGreaterThanOrEqual(14)
})
