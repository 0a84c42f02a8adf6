/** The list of torrents that clients see: the rows, and their changes by revision. */
import type { ListTorrents, NodeEvent, Torrent, TorrentPage } from '@shoal/api'
import type { z } from 'zod'
import { QueueOrder } from '../queue/queue-order.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { RegistryListener, TorrentRegistry } from '../records/torrent-registry.ts'
import { createFilter, createSorter, sortedPage } from './list-queries.ts'
import { torrentView } from './view.ts'

/** The changes of one tick. */
export type Changes = Extract<NodeEvent, { type: 'torrents' }>

/**
 * Number of idle torrents examined per tick, in turn. Connected and changed ones are examined in
 * every tick.
 */
const RESTING_A_TICK = 200
/** Number of new torrents examined before other work runs. */
const NEW_AT_ONCE = 100
/** Ticks between two reads of the trackers' counts. */
const SWARM_TICKS = 10

export class TorrentList implements RegistryListener {
  readonly queue: QueueOrder
  readonly #registry: TorrentRegistry
  readonly #views = new Map<string, Torrent>()
  readonly #dirty = new Set<ManagedTorrent>()
  readonly #live = new Set<ManagedTorrent>()
  readonly #troubled = new Set<ManagedTorrent>()
  readonly #removed = new Set<string>()
  /**
   * Read by a client between two ticks: the changes since the last tick are then not all changes
   * for that client, so the next event contains the complete row.
   */
  readonly #shown = new Set<ManagedTorrent>()
  /** Some positions may have changed since the last tick. */
  #isReordered = false
  #resting: Generator<ManagedTorrent> | null = null
  #ticks = 0
  #revision = 1

  constructor(registry: TorrentRegistry) {
    this.#registry = registry
    this.queue = new QueueOrder(registry)
    registry.listen(this)
    for (const torrent of registry.listed()) this.#views.set(torrent.id, this.#look(torrent))
  }

  get revision(): number {
    return this.#revision
  }

  onChanged(torrent: ManagedTorrent, isReordered: boolean): void {
    if (torrent.row.removedMs === null) this.#dirty.add(torrent)
    if (isReordered) this.#requeue(torrent)
  }

  onListed(torrent: ManagedTorrent): void {
    this.#removed.delete(torrent.id)
    this.#dirty.add(torrent)
    this.#requeue(torrent)
  }

  onUnlisted(id: string): void {
    this.#views.delete(id)
    // The client that added the torrent may list it, even if no event has contained it yet.
    this.#removed.add(id)
    this.#isReordered = true
    this.queue.invalidate()
  }

  #requeue(torrent: ManagedTorrent): void {
    this.#isReordered = true
    this.queue.update(torrent)
  }

  /** The current row. */
  view(torrent: ManagedTorrent): Torrent {
    this.show(torrent)
    return this.#look(torrent)
  }

  /** Marks the row as read between ticks, so that the next event contains the complete row. */
  show(torrent: ManagedTorrent): void {
    if (!this.#registry.isListed(torrent)) return
    this.#shown.add(torrent)
    this.#dirty.add(torrent)
  }

  /**
   * Creates the rows of all listed torrents over many turns of the event loop: call it before the
   * first requests.
   */
  async lookAtNew(): Promise<void> {
    this.queue.locateAll()
    let count = 0
    for (const torrent of this.#dirty) {
      this.#dirty.delete(torrent)
      this.#update(torrent)
      if (++count % NEW_AT_ONCE === 0) await new Promise(setImmediate)
    }
    this.tick()
  }

  /** Examines everything that may have changed. Null if nothing has. */
  tick(): Changes | null {
    this.#ticks++
    this.#markResting()
    if (this.#isReordered) this.queue.invalidate()
    this.queue.locateAll()
    for (const torrent of this.#live) this.#dirty.add(torrent)
    for (const torrent of this.#troubled)
      if (!this.#registry.isListed(torrent)) this.#troubled.delete(torrent)
    // If the order has changed, so have the positions of others.
    if (this.#isReordered)
      for (const torrent of this.#registry.listed()) if (this.#hasMoved(torrent)) this.#dirty.add(torrent)
    const changed: Changes['changed'] = []
    for (const torrent of this.#dirty) {
      const change = this.#update(torrent)
      if (change) changed.push(change)
    }
    this.#dirty.clear()
    this.#shown.clear()
    this.#isReordered = false
    const removed = [...this.#removed]
    this.#removed.clear()
    if (changed.length === 0 && removed.length === 0) return null
    this.#revision++
    return { type: 'torrents', revision: this.#revision, changed, removed }
  }

  list(query: z.output<typeof ListTorrents>): z.output<typeof TorrentPage> {
    const torrents = [...this.#current()].filter(createFilter(query))
    return { ...sortedPage(torrents, createSorter(query), query), revision: this.#revision }
  }

  /**
   * Returns all rows as of the last tick, with later changes by users, so that they see their own
   * changes.
   */
  #current(): Iterable<Torrent> {
    if (this.#dirty.size === 0) return this.#views.values()
    this.queue.locateAll()
    const views = new Map(this.#views)
    for (const torrent of this.#dirty) {
      if (!this.#registry.isListed(torrent)) continue
      this.#shown.add(torrent)
      views.set(torrent.id, this.#look(torrent))
    }
    return views.values()
  }

  /** Returns all rows as of the last tick. */
  views(): Iterable<Torrent> {
    return this.#views.values()
  }

  /**
   * Returns torrents that stopped with an error, or whose files were changed by other programs.
   * Costs nothing for all others.
   */
  *troubled(): Generator<ManagedTorrent> {
    for (const torrent of new Set([...this.#troubled, ...this.#dirty]))
      if (this.#registry.isListed(torrent) && isTroubled(torrent)) yield torrent
  }

  #hasMoved(torrent: ManagedTorrent): boolean {
    return this.#views.get(torrent.id)?.queuePosition !== this.queue.position(torrent)
  }

  #markResting(): void {
    for (let count = 0; count < RESTING_A_TICK; count++) {
      const next = this.#resting?.next()
      if (!next || next.done) {
        this.#resting = this.#registry.listed()
        return
      }
      this.#dirty.add(next.value)
    }
  }

  #update(torrent: ManagedTorrent): Changes['changed'][number] | null {
    if (!this.#registry.isListed(torrent)) {
      this.#live.delete(torrent)
      this.#troubled.delete(torrent)
      return null
    }
    const before = this.#views.get(torrent.id)
    const view = this.#look(torrent)
    this.#views.set(torrent.id, view)
    if (isLive(view, torrent)) this.#live.add(torrent)
    else this.#live.delete(torrent)
    if (isTroubled(torrent)) this.#troubled.add(torrent)
    else this.#troubled.delete(torrent)
    return before && !this.#shown.has(torrent) ? difference(before, view) : view
  }

  #look(torrent: ManagedTorrent): Torrent {
    if (this.#ticks - torrent.swarmTick >= SWARM_TICKS) {
      torrent.swarmTick = this.#ticks
      countSwarm(torrent)
    }
    return torrentView(torrent, this.queue.position(torrent), this.#registry.facets)
  }
}

function isTroubled({ api }: ManagedTorrent): boolean {
  return api.state === 'error' || api.stats.changedFiles.length > 0
}

/** Returns whether a torrent can change without an event. */
function isLive(view: Torrent, { api }: ManagedTorrent): boolean {
  const { state, peers, downloadBytesPerSecond, uploadBytesPerSecond } = view
  if (state === 'checking' || state === 'metadata' || state === 'moving' || peers > 0) return true
  if (state === 'downloading' && api.webSeeds.length > 0) return true
  // The rates are averages: they are above zero for some seconds after the last byte.
  return downloadBytesPerSecond > 0 || uploadBytesPerSecond > 0
}

/** Returns the changed members and the id. Null if none has changed. */
function difference(before: Torrent, now: Torrent): Changes['changed'][number] | null {
  const change: Record<string, unknown> = {}
  let isChanged = false
  for (const name of Object.keys(now) as (keyof Torrent)[]) {
    if (now[name] === before[name] || isSame(now[name], before[name])) continue
    change[name] = now[name]
    isChanged = true
  }
  return isChanged ? { ...change, id: now.id } : null
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return JSON.stringify(a) === JSON.stringify(b)
}

function countSwarm(torrent: ManagedTorrent): void {
  const counts = torrent.api.discovery().filter(({ kind }) => kind === 'tracker')
  torrent.swarmSeeds = most(counts.map(({ seeds }) => seeds))
  torrent.swarmLeeches = most(counts.map(({ leeches }) => leeches))
}

function most(counts: (number | undefined)[]): number | null {
  const known = counts.filter(count => count !== undefined)
  return known.length === 0 ? null : Math.max(...known)
}
