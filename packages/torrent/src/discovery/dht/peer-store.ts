import { fromLatin1, latin1, writeU16 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { type Random, shuffle } from '../../base/random.ts'
import { BloomFilter } from './bloom.ts'

/** Clients announce about every 15 minutes; twice that keeps peers that missed one announce. */
const PEER_LIFE_MS = 30 * 60_000
/**
 * When the store is full, the smallest of this many least recently announced torrents is removed.
 */
const EVICTION_CHOICES = 16

export interface PeerStoreLimits {
  /** Torrents. Default 4,000. */
  readonly torrents?: number
  /**
   * Peers per torrent, well below the 6,000 at which the filters of BEP 33 fill up. Default 1,000.
   */
  readonly peersPerTorrent?: number
  /** Peers in all torrents. Default 30,000. */
  readonly peers?: number
  /** Torrents per address. Default 200. */
  readonly torrentsPerIp?: number
}

interface StoredPeer {
  readonly port: number
  readonly seed: boolean
  readonly untilMs: number
}

/**
 * Peers by the 4 or 16 bytes of their IP address as ISO 8859-1 text, in the order of their last
 * announce.
 */
type Swarm = Map<string, StoredPeer>

/**
 * Stores the peers that others announced to us, for one address family. Bounded in every respect;
 * peers expire after 30 minutes.
 */
export class PeerStore {
  readonly #clock: Clock
  readonly #random: Random
  readonly #limits: Required<PeerStoreLimits>
  /** Swarms by info hash as ISO 8859-1 text, in the order of their last announce. */
  readonly #swarms = new Map<string, Swarm>()
  readonly #torrentCounts = new Map<string, number>()
  #peerCount = 0

  constructor(clock: Clock, random: Random, limits: PeerStoreLimits = {}) {
    this.#clock = clock
    this.#random = random
    this.#limits = { torrents: 4000, peersPerTorrent: 1000, peers: 30_000, torrentsPerIp: 200, ...limits }
  }

  get peerCount(): number {
    return this.#peerCount
  }

  get torrentCount(): number {
    return this.#swarms.size
  }

  /** Returns true if `add` would accept the peer. If not, it gets no token either (BEP 33). */
  accepts(infoHash: Uint8Array, ip: Uint8Array): boolean {
    const peer = latin1(ip)
    const swarm = this.#swarms.get(latin1(infoHash))
    if (swarm?.has(peer)) return true
    if (swarm && swarm.size >= this.#limits.peersPerTorrent) return false
    return (this.#torrentCounts.get(peer) ?? 0) < this.#limits.torrentsPerIp
  }

  /**
   * Stores or renews a peer. Returns false if there is no room. An address is in a swarm only once,
   * whatever its port (BEP 33).
   */
  add(infoHash: Uint8Array, ip: Uint8Array, port: number, seed: boolean): boolean {
    if (!this.accepts(infoHash, ip)) return false
    const key = latin1(infoHash)
    const peer = latin1(ip)
    if (!this.#swarms.get(key)?.has(peer)) this.#makeRoom(!this.#swarms.has(key))
    const swarm: Swarm = this.#swarms.get(key) ?? new Map()
    this.#swarms.delete(key)
    this.#swarms.set(key, swarm)
    if (!swarm.delete(peer)) this.#count(peer, 1)
    swarm.set(peer, { port, seed, untilMs: this.#clock.nowMs() + PEER_LIFE_MS })
    return true
  }

  /**
   * Returns at most `max` random peers in compact form (6 or 18 bytes). With `noSeeds`, seeds only
   * fill up the list (BEP 33).
   */
  peers(infoHash: Uint8Array, max: number, noSeeds: boolean): Uint8Array[] {
    const now = this.#clock.nowMs()
    const alive = [...(this.#swarms.get(latin1(infoHash)) ?? [])].filter(([, peer]) => peer.untilMs > now)
    shuffle(alive, this.#random)
    if (noSeeds) alive.sort(([, a], [, b]) => Number(a.seed) - Number(b.seed))
    return alive.slice(0, max).map(([ip, { port }]) => {
      const bytes = new Uint8Array(ip.length + 2)
      bytes.set(fromLatin1(ip))
      writeU16(bytes, ip.length, port)
      return bytes
    })
  }

  /**
   * Returns filters of the seeds and of the other peers, or null if the torrent is unknown (BEP
   * 33).
   */
  filters(infoHash: Uint8Array): { seeds: BloomFilter; peers: BloomFilter } | null {
    const swarm = this.#swarms.get(latin1(infoHash))
    if (!swarm) return null
    const filters = { seeds: new BloomFilter(), peers: new BloomFilter() }
    for (const [ip, { seed }] of swarm) (seed ? filters.seeds : filters.peers).add(fromLatin1(ip))
    return filters
  }

  /** Returns at most `max` random info hashes (BEP 51). */
  sample(max: number): Uint8Array[] {
    return shuffle([...this.#swarms.keys()], this.#random)
      .slice(0, max)
      .map(fromLatin1)
  }

  /** Removes expired peers. Call it about once a minute. */
  expire(): void {
    const now = this.#clock.nowMs()
    for (const [key, swarm] of this.#swarms) {
      for (const [ip, { untilMs }] of swarm) {
        if (untilMs > now) break
        swarm.delete(ip)
        this.#count(ip, -1)
      }
      if (swarm.size === 0) this.#swarms.delete(key)
    }
  }

  #makeRoom(forTorrent: boolean): void {
    if (forTorrent && this.#swarms.size >= this.#limits.torrents) this.#evict()
    while (this.#peerCount >= this.#limits.peers) this.#evict()
  }

  /**
   * Removes small and inactive torrents first, so that a flood of new info hashes displaces itself.
   */
  #evict(): void {
    let choices = EVICTION_CHOICES
    let smallest: [string, Swarm] | undefined
    for (const entry of this.#swarms) {
      if (!smallest || entry[1].size < smallest[1].size) smallest = entry
      if (--choices === 0) break
    }
    if (!smallest) return
    this.#swarms.delete(smallest[0])
    for (const ip of smallest[1].keys()) this.#count(ip, -1)
  }

  #count(ip: string, change: 1 | -1): void {
    const count = (this.#torrentCounts.get(ip) ?? 0) + change
    if (count > 0) this.#torrentCounts.set(ip, count)
    else this.#torrentCounts.delete(ip)
    this.#peerCount += change
  }
}
