import { isLocalIp } from '../../base/local-address.ts'
import type { Answer } from './answer.ts'
import { BloomFilter } from './bloom.ts'
import type { Endpoint } from './contact.ts'
import type { DhtNode } from './dht-node.ts'

export interface PeerSearchOptions {
  /** Peers of one answer, unchecked. The same ones may come again. */
  onPeers?(peers: readonly Endpoint[]): void
  /** We are a seed: other seeds are of no use (BEP 33). */
  readonly noSeeds?: boolean
  /** Count the swarm (BEP 33). Nodes then have less room for peers, and some name none. */
  readonly scrape?: boolean
  readonly signal?: AbortSignal
}

export interface PeerSearchResult {
  /** The closest nodes, with the tokens that let us announce to them. */
  readonly closest: readonly Answer[]
  /** How many nodes answered. */
  readonly answered: number
  /** Estimates over all nodes; undefined when none was able to count. */
  readonly seeds?: number
  readonly leeches?: number
}

export interface AnnounceOptions {
  /** 1 to 65535. */
  readonly port: number
  /** Others take the UDP port that they see instead: right when the peer wire is on the DHT's own port, behind a NAT (BEP 5). */
  readonly impliedPort?: boolean
  /** We have everything (BEP 33). */
  readonly seed?: boolean
  readonly signal?: AbortSignal
}

/** Looks for peers of a torrent (BEP 5 `get_peers`). Rejects with the signal's reason, or `closed`. */
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
      // A stranger must not send us to addresses of our own network.
      const peers = isLocalIp(answer.from.ip) ? answer.peers : answer.peers.filter(({ ip }) => !isLocalIp(ip))
      if (peers.length > 0) onPeers?.(peers)
    },
  })
  return { closest, answered, ...count.estimates() }
}

/**
 * Tells the nodes that a search found that we are a peer (BEP 5 `announce_peer`). Resolves to how many took it, when all have answered or
 * not; a node that gave no token takes none (BEP 33). Rejects with the signal's reason, or `closed`.
 */
export async function announcePeer(
  node: DhtNode,
  infoHash: Uint8Array,
  closest: readonly Answer[],
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

/** Sums what nodes say of a swarm. */
class SwarmCount {
  readonly #seeds = new BloomFilter()
  readonly #peers = new BloomFilter()
  readonly #listed: Endpoint[] = []
  #counted = false

  add(answer: Answer): void {
    if (answer.seedFilter || answer.peerFilter) {
      this.#counted = true
      if (answer.seedFilter) this.#seeds.unite(answer.seedFilter)
      if (answer.peerFilter) this.#peers.unite(answer.peerFilter)
    } else if (this.#listed.length < 1000) this.#listed.push(...answer.peers)
  }

  estimates(): { seeds?: number; leeches?: number } {
    // BEP 33, "Handling legacy responses": who is only listed counts as a peer, unless it is known to be a seed.
    for (const { ip } of this.#listed) if (!this.#seeds.mayHave(ip)) this.#peers.add(ip)
    if (!this.#counted && this.#listed.length === 0) return {}
    return { seeds: Math.round(this.#seeds.estimate()), leeches: Math.round(this.#peers.estimate()) }
  }
}
