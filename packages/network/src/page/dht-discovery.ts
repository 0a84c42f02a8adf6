import type { Libp2p } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { InfoHashes } from '@shoal/torrent'
import { hex } from '@shoal/torrent/base'
import { learnPeer, namedNode } from '../host/peers.ts'
import type { KadNode } from '../kad/kad-node.ts'
import type { PageTorrent } from './messages.ts'

const ROUND_MS = 250
/** Most torrents of a page that are followed. */
const MAX_TORRENTS = 50
/** Most providers of a torrent per lookup. */
const MAX_PROVIDERS = 30
/**
 * Time until a torrent's next lookup: a page that was just opened may have queried before the other
 * one announced itself, or before its relay had a slot for it. After these lookups the time doubles
 * with each one, up to the maximum.
 */
const FIRST_AGAIN_MS = 8000
const STEADY_LOOKUPS = 15
const LONGEST_AGAIN_MS = 5 * 60_000
/** Nodes forget providers, and disconnect. */
const PROVIDE_AGAIN_MS = 3_600_000
/**
 * Time until the next announcement after no node took one, for example because there was no relay
 * yet.
 */
const PROVIDE_RETRY_MS = 3000
const LIMIT_MS = 30_000

interface Followed {
  torrent: PageTorrent
  lookups: number
  nextLookupMs: number
  nextProvideMs: number
}

/** Finds peers of the page's torrents in the DHT, and announces those that the page offers. */
export class DhtDiscovery {
  readonly onFound: (infoHashes: InfoHashes, peers: readonly string[]) => void
  readonly #libp2p: Libp2p
  readonly #kad: KadNode
  #torrents = new Map<string, Followed>()
  #isFinding = false
  #isProviding = false

  constructor(libp2p: Libp2p, kad: KadNode, onFound: DhtDiscovery['onFound']) {
    this.#libp2p = libp2p
    this.#kad = kad
    this.onFound = onFound
    setInterval(() => this.#look(), ROUND_MS)
  }

  set(torrents: readonly PageTorrent[]): void {
    const before = this.#torrents
    this.#torrents = new Map(
      torrents.slice(0, MAX_TORRENTS).map(torrent => {
        const key = torrent.keys.map(hex).join()
        const followed = before.get(key) ?? { torrent, lookups: 0, nextLookupMs: 0, nextProvideMs: 0 }
        followed.torrent = torrent
        return [key, followed]
      }),
    )
  }

  /**
   * Announces all torrents again: this host's address has changed, or the relaying node has lost
   * its records.
   */
  moved(): void {
    for (const followed of this.#torrents.values()) followed.nextProvideMs = 0
  }

  /** Returns the addresses of known DHT nodes that pages can dial. */
  nodes(): Multiaddr[] {
    const named = this.#kad.contacts().flatMap(contact => namedNode(contact).addresses)
    return named.filter(text => /\/(?:webrtc-direct|wss?)\//.test(text)).map(text => multiaddr(text))
  }

  #look(): void {
    if (this.#kad.tableSize === 0) return
    if (!this.#isFinding) void this.#find()
    if (!this.#isProviding) void this.#provide()
  }

  async #find(): Promise<void> {
    this.#isFinding = true
    for (const followed of this.#torrents.values()) {
      if (!followed.torrent.seeks || Date.now() < followed.nextLookupMs) continue
      await this.#findOne(followed.torrent).catch(() => {})
      followed.nextLookupMs =
        Date.now() +
        Math.min(LONGEST_AGAIN_MS, FIRST_AGAIN_MS * 2 ** Math.max(0, followed.lookups - STEADY_LOOKUPS))
      followed.lookups++
    }
    this.#isFinding = false
  }

  async #findOne({ infoHashes, keys }: PageTorrent): Promise<void> {
    const learn = async (key: Uint8Array) => {
      const signal = AbortSignal.timeout(LIMIT_MS)
      const found = await this.#kad.findProviders(key, { count: MAX_PROVIDERS, signal })
      return Promise.all(found.map(contact => learnPeer(this.#libp2p, contact)))
    }
    const own = this.#libp2p.peerId.toString()
    const peers = (await Promise.all(keys.map(learn))).flat().map(({ host }) => host)
    const others = [...new Set(peers)].filter(peer => peer !== own)
    if (others.length > 0) this.onFound(infoHashes, others)
  }

  async #provide(): Promise<void> {
    this.#isProviding = true
    for (const followed of this.#torrents.values()) {
      const { torrent, nextProvideMs } = followed
      if (!torrent.provides || Date.now() < nextProvideMs) continue
      followed.nextProvideMs = Date.now() + PROVIDE_AGAIN_MS
      const signal = AbortSignal.timeout(LIMIT_MS)
      const provide = (key: Uint8Array) => this.#kad.provide(key, signal).catch(() => 0)
      const taken = await Promise.all(torrent.keys.map(provide))
      if (taken.includes(0))
        followed.nextProvideMs = Math.min(followed.nextProvideMs, Date.now() + PROVIDE_RETRY_MS)
    }
    this.#isProviding = false
  }
}
