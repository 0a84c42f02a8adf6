import { equalBytes } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import type { Discovery, DiscoverySink, DiscoveryStatus, DiscoveryTopic, Membership } from '../discovery.ts'
import { AnnounceQueue, type AnnounceQueueOptions, type QueueItem } from './announce-queue.ts'
import type { DhtNode } from './dht-node.ts'
import { type DhtItem, type DhtItemKey, isMutable, itemTarget } from './item.ts'
import { isStorable } from './item-check.ts'
import { getItem, putItem } from './item-search.ts'
import { announcePeer, searchPeers } from './peer-search.ts'
import { encodeState } from './saved-state.ts'

/** Bounds a run whose nodes answer very slowly. */
const MAX_RUN_MS = 90_000

export interface DhtDiscoveryOptions extends Pick<AnnounceQueueOptions, 'parallel' | 'spacingMs'> {
  /** One node, or a pair of one node per address family. The discovery closes them. */
  readonly nodes: readonly DhtNode[]
  readonly clock: Clock
  /**
   * Announce the UDP port that others see rather than the topic's port (BEP 5). Correct if peers
   * are accepted on the DHT's own port, over uTP. Default false.
   */
  readonly impliedPort?: boolean
}

/** A rendezvous in the DHT: see `SessionApi.meetInDht`. */
export interface DhtMeeting {
  /** Port to announce; 0: none. */
  readonly port: number
  onPeers(peers: readonly { readonly host: string; readonly port: number }[]): void
  readonly signal?: AbortSignal
}

/**
 * Finds peers for any number of torrents in the DHT, announces them, and gets and puts items (BEP
 * 44).
 */
export class DhtDiscovery implements Discovery {
  readonly kind = 'dht'
  readonly nodes: readonly DhtNode[]
  readonly #options: DhtDiscoveryOptions
  readonly #queue: AnnounceQueue
  readonly #members = new Set<DhtMembership>()

  constructor(options: DhtDiscoveryOptions) {
    this.#options = options
    this.nodes = options.nodes
    this.#queue = new AnnounceQueue({
      ...options,
      ready: () => this.nodes.some(node => node.isReady),
    })
    for (const node of this.nodes) node.on('ready', () => this.#queue.wake())
  }

  /**
   * Returns the UDP port of a family's node, for the PORT message of BEP 5, or 0 if there is none.
   */
  port(family: 4 | 6): number {
    return this.nodes.find(node => node.family === family)?.port ?? 0
  }

  join(topic: DiscoveryTopic, sink: DiscoverySink): Membership {
    const forget = () => this.#members.delete(member)
    const member = new DhtMembership(topic, sink, this.#options, this.#queue, forget)
    this.#members.add(member)
    this.#queue.add(member)
    return member
  }

  /**
   * Adds a node from a peer's PORT message or a torrent's `nodes`. `host`: an IP literal or a name.
   */
  addNode(host: string, port: number): void {
    for (const node of this.nodes) node.addNode(host, port)
  }

  /**
   * Looks up an item in the networks of both address families (BEP 44). Resolves to null if no
   * node has it. Rejects with `unreachable` while there are no nodes, or with the signal's reason.
   */
  async getItem(key: DhtItemKey, options: { readonly signal?: AbortSignal } = {}): Promise<DhtItem | null> {
    const found = await this.#onNodes(options.signal, (node, signal) => getItem(node, key, { signal }))
    return found.reduce<DhtItem | null>((best, { item }) => newerItem(best, item), null)
  }

  /**
   * Puts an item on the closest nodes of both address families, which keep it for two hours (BEP
   * 44). Resolves to their number, at least 1. Rejects with `bad-argument` if the item or its
   * signature is invalid, `refused` if nodes have a newer item or not the one that `cas` names,
   * `unreachable` if no node stored it, or with the signal's reason.
   */
  async putItem(
    item: DhtItem,
    options: { readonly cas?: bigint; readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    if (!isStorable(item)) throw new ShoalError('bad-argument', 'The DHT item or its signature is not valid')
    const key = isMutable(item) ? item : { target: itemTarget(item) }
    const { cas } = options
    const results = await this.#onNodes(options.signal, async (node, signal) => {
      const found = await getItem(node, key, { signal })
      if (found.item && isOutdated(item, found.item)) return { stored: 0, outdated: true }
      return putItem(node, item, found.closest, { cas, signal })
    })
    const stored = results.reduce((sum, result) => sum + result.stored, 0)
    if (results.some(({ outdated }) => outdated)) {
      throw new ShoalError('refused', 'The DHT has a newer item under this key: get it and try again')
    }
    if (stored === 0) throw new ShoalError('unreachable', 'No DHT node stored the item: try again later')
    return stored
  }

  /**
   * Finds peers that announced a port under 20 bytes, and announces one. See
   * `SessionApi.meetInDht`.
   */
  async meet(topic: Uint8Array, { port, onPeers, signal }: DhtMeeting): Promise<number> {
    const taken = await this.#onNodes(signal, async (node, either) => {
      const { closest } = await searchPeers(node, topic, { onPeers, signal: either })
      return port > 0 ? announcePeer(node, topic, closest, { port, signal: either }) : 0
    })
    return taken.reduce((sum, count) => sum + count, 0)
  }

  /** Runs a lookup on each node that is ready. Rejects if all fail. */
  async #onNodes<T>(
    signal: AbortSignal | undefined,
    run: (node: DhtNode, signal: AbortSignal) => Promise<T>,
  ): Promise<T[]> {
    const nodes = this.nodes.filter(node => node.isReady)
    if (nodes.length === 0) throw new ShoalError('unreachable', 'The DHT has no nodes yet: try again later')
    const late = new AbortController()
    const cancel = this.#options.clock.after(MAX_RUN_MS, () =>
      late.abort(new ShoalError('timeout', 'The DHT did not answer in time')),
    )
    const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal
    const results = await Promise.allSettled(nodes.map(node => run(node, either)))
    cancel()
    signal?.throwIfAborted()
    const done = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    if (done.length === 0) throw (results[0] as PromiseRejectedResult).reason
    return done
  }

  /** Returns the IDs and good nodes to save for the next run. See `parseState`. */
  state(): Uint8Array {
    return encodeState(new Map(this.nodes.map(node => [node.family, node.saved()])))
  }

  async close(): Promise<void> {
    this.#queue.close()
    await Promise.all([...this.#members].map(member => member.leave()))
    await Promise.all(this.nodes.map(node => node.close()))
  }
}

class DhtMembership implements Membership, QueueItem {
  readonly kind = 'dht'
  lastRunMs = -Infinity
  readonly #topic: DiscoveryTopic
  readonly #sink: DiscoverySink
  readonly #options: DhtDiscoveryOptions
  readonly #queue: AnnounceQueue
  readonly #onLeave: () => void
  /** Aborts the current run. */
  #abort: AbortController | undefined
  #left = false
  #peers = 0
  #seeds: number | undefined
  #leeches: number | undefined
  #announcedTo: number | undefined

  constructor(
    topic: DiscoveryTopic,
    sink: DiscoverySink,
    options: DhtDiscoveryOptions,
    queue: AnnounceQueue,
    onLeave: () => void,
  ) {
    this.#topic = topic
    this.#sink = sink
    this.#options = options
    this.#queue = queue
    this.#onLeave = onLeave
  }

  get searching(): boolean {
    return this.#topic.wanted() > 0 && !this.#isSeed
  }

  get #isSeed(): boolean {
    return this.#topic.totals().left === 0
  }

  async run(): Promise<void> {
    const abort = new AbortController()
    const cancel = this.#options.clock.after(MAX_RUN_MS, () => abort.abort())
    this.#abort = abort
    this.#peers = 0
    const nodes = this.#options.nodes.filter(node => node.isReady)
    const results = await Promise.allSettled(nodes.map(node => this.#runOn(node, abort.signal)))
    cancel()
    this.#abort = undefined
    if (this.#left) return
    const counts = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    this.#announcedTo = counts.reduce((sum, { announcedTo }) => sum + announcedTo, 0)
    // The two families are separate swarms in the DHT, so their counts add up.
    this.#seeds = total(counts.map(({ seeds }) => seeds)) ?? this.#seeds
    this.#leeches = total(counts.map(({ leeches }) => leeches)) ?? this.#leeches
    this.#sink.onStatus()
  }

  completed(): void {
    // Nodes learn with the next announce that we are a seed (BEP 33).
  }

  refresh(): void {
    this.#queue.expedite(this)
  }

  status(): DiscoveryStatus[] {
    const nodes = this.#options.nodes.reduce((sum, node) => sum + node.status.goodNodes, 0)
    const due = this.#queue.dueMs(this)
    return [
      {
        kind: 'dht',
        label: 'DHT',
        // Without nodes it waits for the first one: nothing has been found or announced.
        state: this.#abort ? 'working' : nodes === 0 || this.#announcedTo === undefined ? 'idle' : 'ok',
        message: nodes === 0 ? 'no nodes yet' : `${nodes} nodes`,
        peers: this.#peers,
        ...(this.#seeds !== undefined && { seeds: this.#seeds }),
        ...(this.#leeches !== undefined && { leeches: this.#leeches }),
        ...(due !== undefined && { nextAnnounceMs: due }),
      },
    ]
  }

  /** Sends nothing: nodes forget us within half an hour. */
  async leave(): Promise<void> {
    if (this.#left) return
    this.#left = true
    this.#queue.remove(this)
    this.#abort?.abort()
    this.#onLeave()
  }

  async #runOn(node: DhtNode, signal: AbortSignal) {
    const { infoHash } = this.#topic
    const seed = this.#isSeed
    const searching = this.searching
    const found = await searchPeers(node, infoHash, {
      signal,
      noSeeds: seed,
      // BEP 33: count the swarm while announcing only. Some nodes send filters but no peers, so not
      // while peers are wanted.
      scrape: !searching,
      onPeers: peers => {
        this.#peers += peers.length
        if (this.#topic.wanted() > 0) this.#sink.onPeers(peers.map(toAddress), 'dht')
      },
    })
    const { port } = this.#topic
    const impliedPort = this.#options.impliedPort ?? false
    const announcedTo =
      port > 0 ? await announcePeer(node, infoHash, found.closest, { port, impliedPort, seed, signal }) : 0
    return { ...found, announcedTo }
  }
}

function toAddress({ host, port }: PeerAddress): PeerAddress {
  return { host, port }
}

function total(counts: (number | undefined)[]): number | undefined {
  const known = counts.filter(count => count !== undefined)
  return known.length > 0 ? known.reduce((sum, count) => sum + count, 0) : undefined
}

/** Returns true if nodes that store `other` must refuse `item` (BEP 44). */
function isOutdated(item: DhtItem, other: DhtItem): boolean {
  if (!isMutable(item) || !isMutable(other)) return false
  return item.seq < other.seq || (item.seq === other.seq && !equalBytes(item.value, other.value))
}

function newerItem(a: DhtItem | null, b: DhtItem | null): DhtItem | null {
  if (!a || !b) return a ?? b
  return isMutable(a) && isMutable(b) && b.seq > a.seq ? b : a
}
