import { encodeResponse } from '../packages/network/src/indexing/messages.ts'
import { RENEWAL_MS } from '../packages/network/src/indexing/publisher.ts'
import { keyOf } from '../packages/network/src/kad/contact.ts'
import { recordKey } from '../packages/network/src/keys.ts'
import { SimIndex, simPeerId } from '../packages/network/src/search/testing/sim-index.ts'
import { sharedBits } from '../packages/torrent/src/base/xor-distance.ts'

export interface Renewal {
  readonly nodes: number
  readonly keys: number
  readonly regions: number
  /** Requests of all kinds, including walks, on average over 24 hours. */
  readonly requestsPerSecond: number
  /** The maximum in any ten minutes. */
  readonly mostPerSecond: number
  /**
   * Share of the nodes in the regions of some keys that these were announced to within the last
   * day.
   */
  readonly reached: number
}

/**
 * A node renews its keys for a day after their first announcement. The other nodes only count what
 * they receive.
 */
export async function renewalSimulation(nodes: number, keys: number): Promise<Renewal> {
  const made = new SimIndex({ seed: nodes, nodes })
  const seed = made.random.bytes(32)
  const node = made.addIndexNode(undefined, simPeerId(seed))
  made.fillTables()
  for (const each of made.indexNodes)
    each.respondIndex = (_, message) => encodeResponse({ accepted: Math.floor(message.length / 36) })
  const publisher = made.publisher(node, seed)
  const provided = Array.from({ length: keys }, (_, at) =>
    recordKey('files_idx::', Uint8Array.of(at >> 16, at >> 8, at)),
  )
  const bits = node.kad.regionBits ?? 0
  const regions = 2 ** bits
  publisher.provide(provided)
  publisher.start()
  // The first time, regions are announced one after another.
  await made.clock.advance(10_000 * regions)
  const sampled = provided.slice(0, 5).map(keyOf)
  const homes = sampled.map(place =>
    made.indexNodes.filter(other => other !== node && sharedBits(other.contact.key, place) >= bits),
  )
  const told = new Set<string>()
  for (const [at, nodesOfKey] of homes.entries())
    for (const home of nodesOfKey) {
      const before = home.respondIndex!
      home.respondIndex = (from, message) => {
        told.add(`${at} ${home.contact.key}`)
        return before(from, message)
      }
    }
  const startMessages = made.messages
  let most = 0
  for (let step = 0; step < (3 * RENEWAL_MS) / 600_000; step++) {
    const before = made.messages
    await made.clock.advance(600_000)
    most = Math.max(most, made.messages - before)
  }
  publisher.close()
  return {
    nodes,
    keys,
    regions,
    requestsPerSecond: (made.messages - startMessages) / ((3 * RENEWAL_MS) / 1000),
    mostPerSecond: most / 600,
    reached: told.size / homes.flat().length,
  }
}
