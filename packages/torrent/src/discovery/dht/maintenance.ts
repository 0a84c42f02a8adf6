import type { Clock } from '../../base/clock.ts'
import { type Random, shuffle } from '../../base/random.ts'
import type { ResolveHost } from '../../transport/resolve.ts'
import type { Answer } from './answer.ts'
import { type Contact, type Endpoint, familyOf, toEndpoint } from './contact.ts'
import { idAtDepth } from './node-id.ts'
import type { RoutingTable } from './routing-table.ts'

/** A node that everyone may ask first; an IP literal or a name. */
export interface BootstrapNode {
  readonly host: string
  readonly port: number
}

/**
 * Well-known nodes that are there to begin with. They serve everyone, so they are asked for others and never put into the table (BEP 5,
 * "Torrent File Extensions").
 */
export const WELL_KNOWN_NODES: readonly BootstrapNode[] = [
  { host: 'router.bittorrent.com', port: 6881 },
  { host: 'dht.transmissionbt.com', port: 6881 },
  { host: 'dht.libtorrent.org', port: 25401 },
  { host: 'router.utorrent.com', port: 6881 },
]

const TICK_MS = 5000
/** Fewer good nodes than this are no table to rely on. */
const FEW_NODES = 8
const FIRST_RETRY_MS = 5000
const LAST_RETRY_MS = 10 * 60_000
const EXPIRE_MS = 60_000
/** How many saved nodes are asked before routers are: most of a week's old ones are gone. */
const MAX_SAVED = 32
/** After the lookup of ourselves, how many of the far halves of the space are looked into at once. */
const FAR_LOOKUPS = 4

export interface MaintenanceOptions {
  readonly clock: Clock
  readonly random: Random
  readonly resolve: ResolveHost | undefined
  readonly bootstrap: readonly BootstrapNode[]
  /** Nodes of an earlier run. */
  readonly saved: readonly Contact[]
  readonly family: 4 | 6
  readonly signal: AbortSignal
  readonly table: () => RoutingTable
  /** Asks for nodes near `target`; the table learns of the outcome by itself. Rejects when there is no answer. */
  findNode(to: Endpoint | Contact, target: Uint8Array): Promise<Answer>
  /** Walks towards a target; rejects only when the signal is aborted. */
  lookup(target: Uint8Array, start?: readonly Contact[]): Promise<unknown>
  /** An address of a well-known node: it must not enter the table. */
  onRouter(endpoint: Endpoint): void
  onReady(): void
  expire(): void
}

/** Fills the table and keeps it alive (BEP 5, "Routing Table"): one timer, a datagram every few seconds. */
export class Maintenance {
  readonly #options: MaintenanceOptions
  #cancel: (() => void) | undefined
  #retryMs = FIRST_RETRY_MS
  #bootstrapAtMs = 0
  #expireAtMs = EXPIRE_MS
  #busy = false
  /** The last bootstrap left enough nodes. */
  #filled = false
  #saved: readonly Contact[]

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#saved = options.saved
    this.#bootstrapAtMs = options.clock.nowMs()
    options.signal.addEventListener('abort', () => this.#cancel?.(), { once: true })
    this.#schedule(0)
  }

  /** The table got its first node, or our ID changed: looks for neighbours soon. */
  beginAnew(): void {
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
    // Not in step with the other nodes of a network that all began at once.
    this.#schedule(TICK_MS + random.below(TICK_MS / 5))
  }

  #nextWork(now: number): Promise<unknown> | null {
    const { table, findNode, random, lookup } = this.#options
    // A table that has shrunk since it was filled is filled again; a healthy one needs only what follows.
    if (now >= this.#bootstrapAtMs && !(this.#filled && table().goodCount >= FEW_NODES))
      return this.#bootstrap()
    const due = table().due()
    // A find_node is as good as a ping, and brings nodes for the bucket.
    if (due) return findNode(due, idAtDepth(due.id, 159, random))
    const depth = table().takeStaleDepth()
    return depth === null ? null : lookup(idAtDepth(table().ownId, depth, random))
  }

  /** One work at a time; its failure is nobody's concern: the next tick goes on. */
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
    // Told to begin anew meanwhile: at once.
    if (this.#bootstrapAtMs !== Infinity) return
    this.#filled = table().goodCount >= FEW_NODES
    this.#bootstrapAtMs = clock.nowMs() + this.#retryMs
    this.#retryMs = this.#filled ? FIRST_RETRY_MS : Math.min(LAST_RETRY_MS, 2 * this.#retryMs)
  }

  /** Nodes of the table, those too that did not answer lately: when the network comes back, so do they. */
  #known(): Contact[] {
    const contacts = [...this.#options.table().entries()].map(({ contact }) => contact)
    return [...contacts, ...shuffle([...this.#saved], this.#options.random).slice(0, MAX_SAVED)]
  }

  /** Nodes that the bootstrap nodes name; those too that answered, unless they are well-known ones. */
  async #askRouters(): Promise<Contact[]> {
    const found = await Promise.all(this.#options.bootstrap.map(node => this.#askRouter(node)))
    return found.flat()
  }

  async #askRouter(node: BootstrapNode): Promise<Contact[]> {
    const { family, table, findNode, onRouter } = this.#options
    const wellKnown = WELL_KNOWN_NODES.some(({ host }) => host === node.host)
    try {
      const endpoints = (await this.#resolve(node)).filter(({ ip }) => familyOf(ip) === family).slice(0, 4)
      if (wellKnown) endpoints.forEach(onRouter)
      const answers = await Promise.allSettled(endpoints.map(endpoint => findNode(endpoint, table().ownId)))
      return answers.flatMap(answer => {
        if (answer.status === 'rejected') return []
        const { from, nodes, nodes6 } = answer.value
        return [...(wellKnown ? [] : [from]), ...(family === 4 ? nodes : nodes6)]
      })
    } catch {
      // A name that does not resolve: the others may.
      return []
    }
  }

  async #resolve({ host, port }: BootstrapNode): Promise<Endpoint[]> {
    const literal = toEndpoint(host, port)
    if (literal) return [literal]
    const { resolve, signal } = this.#options
    const addresses = (await resolve?.(host, { signal })) ?? []
    return addresses.flatMap(address => toEndpoint(address.host, port) ?? [])
  }
}
