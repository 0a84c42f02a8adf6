import { multiaddr } from '@multiformats/multiaddr'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Clock } from '@shoal/torrent'
import { type Random, utf8 } from '@shoal/torrent/base'
import { type Libp2pKad, openLibp2pKad } from '../kad/libp2p-network.ts'
import { isRelayed, withoutPeer } from '../multiaddrs.ts'
import { type Host, identified } from './host.node.ts'
import { namedNode } from './peers.ts'

/** The DHT protocol of IPFS nodes. */
const IPFS_KAD_PROTOCOL = '/ipfs/kad/1.0.0'
/** Key under which nodes announce themselves there as providers: a multihash. */
const KEY = Uint8Array.of(0x12, 0x20, ...sha256(utf8('shoal/1/rendezvous\0')))

const ROUND_MS = 30_000
const LOOK_AGAIN_MS = 10 * 60_000
/** IPFS nodes keep such a record for two days. */
const ANNOUNCE_AGAIN_MS = 12 * 3_600_000
const DIAL_MS = 10_000
const LOOKUP_MS = 60_000
const MAX_MET = 50

export interface PublicNodesOptions {
  readonly host: Host
  readonly clock: Clock
  readonly random: Random
  /** Multiaddrs of public IPFS nodes, starting with an IP address. */
  readonly nodes: () => Promise<readonly string[]>
  /** Whether too few nodes of the Shoal network are known. */
  readonly needsNodes: () => boolean
  /** Returns whether other nodes can probably dial this node. */
  readonly isOpen: () => boolean
  /** Receives the unchecked multiaddrs of nodes that announced themselves. */
  readonly onNodes: (addresses: readonly string[]) => void
}

/**
 * Uses public IPFS nodes as a meeting point of the Shoal network, and as relays: nodes announce
 * themselves in the IPFS DHT under one key and look it up to find others. A node that cannot be
 * dialed stays connected to IPFS nodes that relay.
 */
export class PublicNodes {
  readonly #options: PublicNodesOptions
  readonly #abort = new AbortController()
  readonly #kad: Promise<Libp2pKad>
  #lookedMs = Number.NEGATIVE_INFINITY
  #announcedMs = Number.NEGATIVE_INFINITY
  #cancel = () => {}
  #round: Promise<void> = Promise.resolve()

  constructor(options: PublicNodesOptions) {
    this.#options = options
    const { host, clock, random } = options
    // Client only: this node stores nothing of IPFS.
    const facts = { host: host.libp2p, clock, random, protocol: IPFS_KAD_PROTOCOL }
    this.#kad = openLibp2pKad({ ...facts, server: false })
  }

  start(): void {
    this.#schedule(0)
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The network was closed'))
    this.#cancel()
    await this.#round
    await (await this.#kad).close()
  }

  #schedule(delayMs: number): void {
    const { clock, random } = this.#options
    if (this.#abort.signal.aborted) return
    this.#cancel = clock.after(delayMs, () => {
      this.#round = this.#look().catch(() => {})
      void this.#round.then(() => this.#schedule(ROUND_MS + random.below(ROUND_MS / 10)))
    })
  }

  async #look(): Promise<void> {
    const { host, clock, needsNodes, isOpen, onNodes } = this.#options
    const now = clock.nowMs()
    const mustLook = needsNodes() && now - this.#lookedMs >= LOOK_AGAIN_MS
    const mustAnnounce = isOpen() && now - this.#announcedMs >= ANNOUNCE_AGAIN_MS
    if (!mustLook && !mustAnnounce && host.isReachable) return
    await this.#dialAll()
    const { kad } = await this.#kad
    if (kad.tableSize === 0) return
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(LOOKUP_MS)])
    if (mustAnnounce && (await kad.provide(KEY, signal)) > 0) this.#announcedMs = now
    if (!mustLook) return
    const found = await kad.findProviders(KEY, { count: MAX_MET, signal })
    const own = host.libp2p.peerId.toString()
    const others = found.map(namedNode).filter(({ id }) => id !== own)
    // If no other node was found, search again in the next round.
    if (others.length > 0) this.#lookedMs = now
    onNodes(others.flatMap(({ addresses }) => addresses.filter(each => !isRelayed(multiaddr(each)))))
  }

  async #dialAll(): Promise<void> {
    const { host, nodes } = this.#options
    const open = host.libp2p.getConnections().map(({ remoteAddr }) => withoutPeer(remoteAddr).toString())
    for (const text of await nodes()) {
      this.#abort.signal.throwIfAborted()
      try {
        const address = multiaddr(text)
        if (open.includes(withoutPeer(address).toString())) continue
        const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(DIAL_MS)])
        const connection = await host.libp2p.dial(address, { signal })
        // Identify reports whether it serves the DHT, so that this round can query it.
        await identified(host.libp2p, connection, signal)
      } catch {
        // The next round tries it again.
      }
    }
  }
}
