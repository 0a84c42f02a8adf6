import type { Clock } from '../../base/clock.ts'
import { type Random, shuffle } from '../../base/random.ts'
import { idAtDepth } from '../../base/xor-distance.ts'
import type { ResolveHost } from '../../transport/resolve.ts'
import { type Contact, type Endpoint, familyOf, namedEndpoint, toEndpoint } from './contact.ts'
import type { NodeResponse } from './response.ts'
import type { RoutingTable } from './routing-table.ts'

/** A node to query first. `host`: an IP literal or a name. */
export interface BootstrapNode {
  readonly host: string
  readonly port: number
}

/**
 * Public bootstrap nodes. They serve everyone, so they are only queried for other nodes and never
 * enter the table.
 */
export const WELL_KNOWN_NODES: readonly BootstrapNode[] = [
  { host: 'router.bittorrent.com', port: 6881 },
  { host: 'dht.transmissionbt.com', port: 6881 },
  { host: 'dht.libtorrent.org', port: 25401 },
  { host: 'router.utorrent.com', port: 6881 },
]

const TICK_MS = 5000
/** A table with fewer good nodes than this is not reliable. */
const FEW_NODES = 8
const FIRST_RETRY_MS = 5000
const LAST_RETRY_MS = 10 * 60_000
const EXPIRE_MS = 60_000
/** Number of saved nodes to query at first. Most nodes saved a week ago are offline. */
const MAX_SAVED = 32
/** Number of lookups in distant parts of the ID space after the lookup of our own ID. */
const FAR_LOOKUPS = 4

export interface MaintenanceOptions {
  readonly clock: Clock
  readonly random: Random
  readonly resolve: ResolveHost | undefined
  readonly bootstrap: readonly BootstrapNode[]
  /** Nodes from an earlier run. */
  readonly saved: readonly Contact[]
  readonly family: 4 | 6
  readonly signal: AbortSignal
  readonly table: () => RoutingTable
  /**
   * Queries a node for nodes near `target`, and updates the table. Rejects if there is no answer.
   */
  findNode(to: Endpoint | Contact, target: Uint8Array): Promise<NodeResponse>
  /** Looks up a target. Rejects only if the signal is aborted. */
  lookup(target: Uint8Array, start?: readonly Contact[]): Promise<unknown>
  /** Reports an address of a well-known node, which must not enter the table. */
  onRouter(endpoint: Endpoint): void
  onReady(): void
  expire(): void
}

/**
 * Fills the routing table and keeps it fresh (BEP 5, "Routing Table"), with one timer and a
 * datagram every few seconds.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions
  #cancel: (() => void) | undefined
  #retryMs = FIRST_RETRY_MS
  #bootstrapAtMs = 0
  #expireAtMs = EXPIRE_MS
  #busy = false
  /** The last bootstrap found enough nodes. */
  #filled = false
  #saved: readonly Contact[]

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#saved = options.saved
    this.#bootstrapAtMs = options.clock.nowMs()
    options.signal.addEventListener('abort', () => this.#cancel?.(), { once: true })
    this.#schedule(0)
  }

  /** Bootstraps again soon. Call it when the table got its first node or our ID changed. */
  restart(): void {
    this.#retryMs = FIRST_RETRY_MS
    this.#filled = false
    this.#bootstrapAtMs = this.#options.clock.nowMs()
    if (!this.#busy) this.#schedule(0)
  }

  #schedule(delayMs: number): void {
    this.#cancel?.()
    if (this.#options.signal.aborted) return
    this.#cancel = this.#options.clock.after(delayMs, () => this.#tick())
  }

  #tick(): void {
    const { clock, random, expire } = this.#options
    const now = clock.nowMs()
    if (now >= this.#expireAtMs) {
      this.#expireAtMs = now + EXPIRE_MS
      expire()
    }
    const work = this.#busy ? null : this.#nextWork(now)
    if (work) this.#run(work)
    // Random, so that nodes that started at the same time do not act in step.
    this.#schedule(TICK_MS + random.below(TICK_MS / 5))
  }

  #nextWork(now: number): Promise<unknown> | null {
    const { table, findNode, random, lookup } = this.#options
    // Bootstrap again if the table has shrunk since; a healthy table only needs refreshing.
    if (now >= this.#bootstrapAtMs && !(this.#filled && table().goodCount >= FEW_NODES))
      return this.#bootstrap()
    const due = table().due()
    // A find_node serves as a ping, and brings nodes for the bucket.
    if (due) return findNode(due, idAtDepth(due.id, 159, random))
    const depth = table().takeStaleDepth()
    return depth === null ? null : lookup(idAtDepth(table().ownId, depth, random))
  }

  /** Runs one task at a time. Failures are ignored, since the next tick continues. */
  #run(work: Promise<unknown>): void {
    this.#busy = true
    work
      .catch(() => {})
      .finally(() => {
        this.#busy = false
        const { clock, signal } = this.#options
        if (!signal.aborted && !this.#filled && this.#bootstrapAtMs <= clock.nowMs()) this.#schedule(0)
      })
  }

  async #bootstrap(): Promise<void> {
    const { clock, table, random, lookup, onReady } = this.#options
    this.#bootstrapAtMs = Infinity
    const start = [...this.#known()]
    if (table().goodCount < FEW_NODES) start.push(...(await this.#askRouters()))
    await lookup(table().ownId, start)
    if (table().goodCount > 0) {
      this.#saved = []
      onReady()
      for (let depth = 0; depth < FAR_LOOKUPS; depth++) {
        await lookup(idAtDepth(table().ownId, depth, random))
      }
    }
    // `restart` was called in the meantime.
    if (this.#bootstrapAtMs !== Infinity) return
    this.#filled = table().goodCount >= FEW_NODES
    this.#bootstrapAtMs = clock.nowMs() + this.#retryMs
    this.#retryMs = this.#filled ? FIRST_RETRY_MS : Math.min(LAST_RETRY_MS, 2 * this.#retryMs)
  }

  /**
   * All nodes of the table, even those that did not answer recently: our own network may have been
   * down.
   */
  #known(): Contact[] {
    const contacts = [...this.#options.table().entries()].map(({ contact }) => contact)
    return [...contacts, ...shuffle([...this.#saved], this.#options.random).slice(0, MAX_SAVED)]
  }

  /**
   * Collects the nodes that bootstrap nodes name, and the bootstrap nodes themselves unless they
   * are well-known.
   */
  async #askRouters(): Promise<Contact[]> {
    const found = await Promise.all(this.#options.bootstrap.map(node => this.#askRouter(node)))
    return found.flat()
  }

  async #askRouter(node: BootstrapNode): Promise<Contact[]> {
    const { family, table, findNode, onRouter } = this.#options
    const wellKnown = WELL_KNOWN_NODES.some(({ host }) => host === node.host)
    try {
      const endpoints = (await this.#resolve(node))
        .filter(({ ip }) => ip.length === 0 || familyOf(ip) === family)
        .slice(0, 4)
      if (wellKnown) endpoints.forEach(onRouter)
      const answers = await Promise.allSettled(endpoints.map(endpoint => findNode(endpoint, table().ownId)))
      return answers.flatMap(answer => {
        if (answer.status === 'rejected') return []
        const { from, nodes, nodes6 } = answer.value
        return [...(wellKnown ? [] : [from]), ...(family === 4 ? nodes : nodes6)]
      })
    } catch {
      // The name does not resolve; the others may.
      return []
    }
  }

  async #resolve({ host, port }: BootstrapNode): Promise<Endpoint[]> {
    const literal = toEndpoint(host, port)
    if (literal) return [literal]
    const { resolve, signal } = this.#options
    const addresses = (await resolve?.(host, { signal })) ?? []
    // A proxy that resolves names returns the name; the address is unknown until the node answers.
    return addresses.map(address => toEndpoint(address.host, port) ?? namedEndpoint(address.host, port))
  }
}
