import { isLocalIp } from '../../base/local-address.ts'
import { BloomFilter } from './bloom.ts'
import type { Endpoint } from './contact.ts'
import type { DhtNode } from './dht-node.ts'
import type { NodeResponse } from './response.ts'

export interface PeerSearchOptions {
  /** Receives the peers of one response, unchecked. They may repeat. */
  onPeers?(peers: readonly Endpoint[]): void
  /** Request no seeds, because we are one ourselves (BEP 33). */
  readonly noSeeds?: boolean
  /**
   * Count the swarm (BEP 33). Responses then have less room for peers, and some nodes send none.
   */
  readonly scrape?: boolean
  readonly signal?: AbortSignal
}

export interface PeerSearchResult {
  /** Responses of the closest nodes, with the tokens for announcing to them. */
  readonly closest: readonly NodeResponse[]
  /** Number of nodes that answered. */
  readonly answered: number
  /** Estimates over all nodes; undefined if no node was able to count. */
  readonly seeds?: number
  readonly leeches?: number
}

export interface AnnounceOptions {
  /** 1 to 65535. */
  readonly port: number
  /**
   * Nodes store the UDP port that they see instead: for peers that accept connections on the DHT's
   * own port behind a NAT (BEP 5).
   */
  readonly impliedPort?: boolean
  /** We are a seed (BEP 33). */
  readonly seed?: boolean
  readonly signal?: AbortSignal
}

/**
 * Searches for peers of a torrent (BEP 5 `get_peers`). Rejects with the signal's reason or
 * `closed`.
 */
export async function searchPeers(
  node: DhtNode,
  infoHash: Uint8Array,
  { onPeers, noSeeds = false, scrape = false, signal }: PeerSearchOptions = {},
): Promise<PeerSearchResult> {
  const count = new SwarmCount()
  const args = {
    info_hash: infoHash,
    noseed: noSeeds ? 1 : undefined,
    scrape: scrape ? 1 : undefined,
  }
  const { closest, answered } = await node.walk('get_peers', args, infoHash, {
    ...(signal && { signal }),
    onAnswer: answer => {
      if (scrape) count.add(answer)
      // Outside nodes must not send us to addresses in our own network.
      const peers = isLocalIp(answer.from.ip) ? answer.peers : answer.peers.filter(({ ip }) => !isLocalIp(ip))
      if (peers.length > 0) onPeers?.(peers)
    },
  })
  return { closest, answered, ...count.estimates() }
}

/**
 * Announces us as a peer to the nodes that a search found (BEP 5 `announce_peer`), except to those
 * that gave no token (BEP 33). Resolves to the number of nodes that accepted, once all have
 * answered or timed out. Rejects with the signal's reason or `closed`.
 */
export async function announcePeer(
  node: DhtNode,
  infoHash: Uint8Array,
  closest: readonly NodeResponse[],
  { port, impliedPort = false, seed = false, signal }: AnnounceOptions,
): Promise<number> {
  const results = await Promise.allSettled(
    closest.flatMap(({ from, token }) => {
      if (!token) return []
      const args = {
        info_hash: infoHash,
        port,
        implied_port: impliedPort ? 1 : 0,
        token,
        seed: seed ? 1 : undefined,
      }
      return [node.query(from, 'announce_peer', args, { signal })]
    }),
  )
  signal?.throwIfAborted()
  return results.filter(({ status }) => status === 'fulfilled').length
}

/** Combines the counts of several nodes for one swarm. */
class SwarmCount {
  readonly #seeds = new BloomFilter()
  readonly #peers = new BloomFilter()
  readonly #listed: Endpoint[] = []
  #counted = false

  add(answer: NodeResponse): void {
    if (answer.seedFilter || answer.peerFilter) {
      this.#counted = true
      if (answer.seedFilter) this.#seeds.unite(answer.seedFilter)
      if (answer.peerFilter) this.#peers.unite(answer.peerFilter)
    } else if (this.#listed.length < 1000) this.#listed.push(...answer.peers)
  }

  estimates(): { seeds?: number; leeches?: number } {
    // BEP 33, "Handling legacy responses": an address that is only listed counts as a peer, unless
    // it is known to be a seed.
    for (const { ip } of this.#listed) if (!this.#seeds.mayHave(ip)) this.#peers.add(ip)
    if (!this.#counted && this.#listed.length === 0) return {}
    return { seeds: Math.round(this.#seeds.estimate()), leeches: Math.round(this.#peers.estimate()) }
  }
}
