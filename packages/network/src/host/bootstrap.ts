import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Clock } from '@shoal/torrent'
import { parseIp, type Random, shuffle, utf8 } from '@shoal/torrent/base'
import { KAD_PROTOCOL } from '../kad/libp2p-network.ts'
import { isWebrtcDirect, withoutPeer } from '../multiaddrs.ts'
import { type Host, identified } from './host.node.ts'

/** Info hash under which nodes announce their port in the mainline DHT (BEP 5), 20 bytes. */
export const RENDEZVOUS = sha256(utf8('shoal/1/rendezvous\0')).subarray(0, 20)

/** Nodes in the table below which a node searches for more. */
const ENOUGH_NODES = 8
const ROUND_MS = 30_000
/**
 * Time between two searches while there are too few nodes, and while there are enough: the DHT
 * forgets announcements after half an hour.
 */
const SEARCH_INTERVAL_MS = 60_000
const IDLE_INTERVAL_MS = 20 * 60_000
/** Nodes dialed per round, chosen at random: anyone can announce other nodes' addresses. */
const MAX_DIALS = 24
const PARALLEL_DIALS = 6
const DIAL_MS = 10_000
/** Time before an address that did not answer is dialed again. */
const RETRY_AFTER_MS = 30 * 60_000
const MAX_FAILED = 2000
/** Most addresses accepted from one search. */
const MAX_FOUND = 500

/** IP literal and port, unchecked. */
export interface FoundPeer {
  readonly host: string
  readonly port: number
}

export interface BootstrapOptions {
  readonly host: Host
  readonly clock: Clock
  readonly random: Random
  /** Multiaddrs of known nodes, from earlier runs or from the user. The caller resolves names. */
  readonly nodes: () => readonly string[] | Promise<readonly string[]>
  /**
   * Announces our port under `RENDEZVOUS` and reports those of others. Rejects if that is
   * impossible now. Null if there is no such service.
   */
  readonly findPeers:
    | ((onPeers: (peers: readonly FoundPeer[]) => void, signal: AbortSignal) => Promise<void>)
    | null
}

/**
 * Finds the first nodes, and more whenever there are few: known ones, and those that announce
 * themselves in the mainline DHT. A search yields only addresses: a node counts once identify shows
 * that it serves our DHT.
 */
export class Bootstrap {
  readonly #options: BootstrapOptions
  readonly #abort = new AbortController()
  readonly #retryAtMs = new Map<string, number>()
  #searchedMs = Number.NEGATIVE_INFINITY
  #cancel = () => {}
  #round: Promise<void> = Promise.resolve()

  constructor(options: BootstrapOptions) {
    this.#options = options
  }

  start(): void {
    this.#schedule(0)
  }

  /** Whether too few nodes are known. */
  get needsNodes(): boolean {
    return this.#options.host.kad.tableSize < ENOUGH_NODES
  }

  /** Dials peers that another service, such as a tracker, found, while too few nodes are known. */
  addPeers(peers: readonly FoundPeer[]): void {
    const addresses = new Map<string, Multiaddr>()
    collectPeers(addresses, peers)
    this.#dialLater([...addresses.values()])
  }

  /** Dials nodes that were found at these multiaddrs, while too few are known. */
  addAddresses(addresses: readonly string[]): void {
    this.#dialLater(parsed(addresses.slice(0, MAX_FOUND)))
  }

  /** Searches now, including addresses that did not answer before: the network may be back. */
  searchNow(): void {
    this.#retryAtMs.clear()
    this.#searchedMs = Number.NEGATIVE_INFINITY
    this.#cancel()
    this.#schedule(0)
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The network was closed'))
    this.#cancel()
    await this.#round
  }

  #schedule(delayMs: number): void {
    const { clock, random } = this.#options
    if (this.#abort.signal.aborted) return
    this.#cancel = clock.after(delayMs, () => {
      const before = this.#round
      this.#round = before.then(() => this.#search()).catch(() => {})
      void this.#round.then(() => this.#schedule(ROUND_MS + random.below(ROUND_MS / 10)))
    })
  }

  async #search(): Promise<void> {
    const { clock, nodes, findPeers } = this.#options
    if (this.needsNodes) await this.#dialAll(parsed(await nodes()))
    const sinceSearchMs = clock.nowMs() - this.#searchedMs
    if (!findPeers || sinceSearchMs < (this.needsNodes ? SEARCH_INTERVAL_MS : IDLE_INTERVAL_MS)) return
    this.#searchedMs = clock.nowMs()
    const found = new Map<string, Multiaddr>()
    try {
      await findPeers(peers => collectPeers(found, peers), this.#abort.signal)
    } catch {
      // The DHT may have no nodes yet: keep what was found so far; the next round tries again.
      this.#searchedMs = Number.NEGATIVE_INFINITY
    }
    if (this.needsNodes) await this.#dialAll([...found.values()])
  }

  #dialLater(addresses: readonly Multiaddr[]): void {
    if (!this.needsNodes || this.#abort.signal.aborted) return
    this.#round = this.#round.then(() => this.#dialAll(addresses)).catch(() => {})
  }

  async #dialAll(all: readonly Multiaddr[]): Promise<void> {
    const { clock, random, host } = this.#options
    const now = clock.nowMs()
    const open = host.libp2p.getConnections().map(({ remoteAddr }) => withoutPeer(remoteAddr).toString())
    const usable = all.filter(
      each =>
        (this.#retryAtMs.get(each.toString()) ?? 0) <= now &&
        !open.includes(withoutPeer(each).toString()) &&
        !isWebrtcDirect(each),
    )
    const waiting = shuffle(byNode(usable), random).slice(0, MAX_DIALS)
    const dial = async () => {
      for (let addresses = waiting.pop(); addresses; addresses = waiting.pop()) {
        if (this.#abort.signal.aborted) return
        if (!(await this.#dial(addresses))) for (const address of addresses) this.#defer(address)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_DIALS }, dial))
  }

  /** Resolves to false if no node of our DHT answers. */
  async #dial(addresses: Multiaddr[]): Promise<boolean> {
    const { libp2p } = this.#options.host
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(DIAL_MS)])
    const connection = await libp2p.dial(addresses, { signal }).catch(() => null)
    if (!connection) return false
    const protocols: readonly string[] = await identified(libp2p, connection, signal).catch(() => [])
    if (protocols.includes(KAD_PROTOCOL)) return true
    await connection.close({ signal }).catch(error => connection.abort(error))
    return false
  }

  #defer(address: Multiaddr): void {
    const [oldest] = this.#retryAtMs.keys()
    if (oldest !== undefined && this.#retryAtMs.size >= MAX_FAILED) this.#retryAtMs.delete(oldest)
    this.#retryAtMs.set(address.toString(), this.#options.clock.nowMs() + RETRY_AFTER_MS)
  }
}

/**
 * Groups addresses by their trailing PeerId; an address without one forms its own group. libp2p
 * runs one dial per PeerId at a time, and drops the addresses of dials that join it.
 */
function byNode(addresses: readonly Multiaddr[]): Multiaddr[][] {
  const nodeOf = (address: Multiaddr) => {
    const last = address.getComponents().at(-1)
    return last?.name === 'p2p' ? last.value : address.toString()
  }
  return [...Map.groupBy(addresses, nodeOf).values()]
}

/** Adds the peers' addresses, keyed by text, up to a limit. */
function collectPeers(found: Map<string, Multiaddr>, peers: readonly FoundPeer[]): void {
  for (const { host: ip, port } of peers) {
    if (found.size >= MAX_FOUND) return
    const bytes = parseIp(ip)
    if (!bytes || port < 1 || port > 65_535) continue
    const text = `/${bytes.length === 4 ? 'ip4' : 'ip6'}/${ip}/tcp/${port}`
    found.set(text, multiaddr(text))
  }
}

/** Parses addresses that others saved or wrote; invalid ones are dropped. */
function parsed(texts: readonly string[]): Multiaddr[] {
  return texts.flatMap(text => {
    try {
      return [multiaddr(text)]
    } catch {
      return []
    }
  })
}
