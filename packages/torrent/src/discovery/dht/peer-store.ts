import { fromLatin1, latin1, writeU16 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { type Random, shuffle } from '../../base/random.ts'
import { BloomFilter } from './bloom.ts'

/** Announces are repeated every 15 minutes or so by the clients that there are: twice that keeps who missed one. */
const PEER_LIFE_MS = 30 * 60_000
/** Of how many torrents that were not announced for longest the smallest goes, when there is no room. */
const EVICTION_CHOICES = 16

export interface PeerStoreLimits {
  /** Torrents. Default 4,000. */
  readonly torrents?: number
  /** Peers of one torrent; well below the 6,000 at which the filters of BEP 33 fill up. Default 1,000. */
  readonly peersPerTorrent?: number
  /** Peers of all torrents. Default 30,000. */
  readonly peers?: number
  /** Torrents that one address may be a peer of. Default 200. */
  readonly torrentsPerIp?: number
}

interface StoredPeer {
  readonly port: number
  readonly seed: boolean
  readonly untilMs: number
}

/** By the four or sixteen bytes of its IP as ISO 8859-1 text; who announced last comes last. */
type Swarm = Map<string, StoredPeer>

/** The peers that others announced to us, for one address family. Bounded in every direction; forgets after 30 minutes. */
export class PeerStore {
  readonly #clock: Clock
  readonly #random: Random
  readonly #limits: Required<PeerStoreLimits>
  /** By info hash as ISO 8859-1 text; what was announced last comes last. */
  readonly #swarms = new Map<string, Swarm>()
  readonly #torrentsOf = new Map<string, number>()
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

  /** Whether `add` would take the peer. If not, no token is given for it either (BEP 33). */
  accepts(infoHash: Uint8Array, ip: Uint8Array): boolean {
    const peer = latin1(ip)
    const swarm = this.#swarms.get(latin1(infoHash))
    if (swarm?.has(peer)) return true
    if (swarm && swarm.size >= this.#limits.peersPerTorrent) return false
    return (this.#torrentsOf.get(peer) ?? 0) < this.#limits.torrentsPerIp
  }

  /** Stores or renews a peer; false when it has no room for it. An address is in a swarm once, whatever its port (BEP 33). */
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

  /** At most `max` peers, each as compact bytes (6 or 18), chosen at random; without seeds as far as there are others (BEP 33). */
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

  /** Filters of the seeds and of the others, or null when nobody announced the torrent (BEP 33). */
  filters(infoHash: Uint8Array): { seeds: BloomFilter; peers: BloomFilter } | null {
    const swarm = this.#swarms.get(latin1(infoHash))
    if (!swarm) return null
    const filters = { seeds: new BloomFilter(), peers: new BloomFilter() }
    for (const [ip, { seed }] of swarm) (seed ? filters.seeds : filters.peers).add(fromLatin1(ip))
    return filters
  }

  /** At most `max` info hashes, chosen at random (BEP 51). */
  sample(max: number): Uint8Array[] {
    return shuffle([...this.#swarms.keys()], this.#random)
      .slice(0, max)
      .map(fromLatin1)
  }

  /** Forgets what was not renewed in time. Call it every minute or so. */
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

  /** Small and silent torrents go first: whoever floods the store with new info hashes pushes out their own. */
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
    const count = (this.#torrentsOf.get(ip) ?? 0) + change
    if (count > 0) this.#torrentsOf.set(ip, count)
    else this.#torrentsOf.delete(ip)
    this.#peerCount += change
  }
}
