import type { Settings } from '@shoal/api'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'
import { inTurns } from './in-turns.ts'
import { type QueuedTorrent, queueDecision } from './queue-decision.ts'

export interface QueueContext {
  readonly registry: TorrentRegistry
  settings(): Settings['queue']
}

type Move = 'queue-first' | 'queue-up' | 'queue-down' | 'queue-last'

/**
 * Runs as many downloads and seeds at a time as the settings allow, in queue order; the others
 * wait. Paused torrents never run, and force-started ones take no slot.
 */
export class QueueManager {
  readonly #context: QueueContext
  #applying: Promise<void> | null = null
  #again = false

  constructor(context: QueueContext) {
    this.#context = context
  }

  /** Starts and stops torrents according to the queue. Concurrent calls cause one more round. */
  apply(): Promise<void> {
    if (this.#applying) this.#again = true
    this.#applying ??= this.#rounds().finally(() => {
      this.#applying = null
    })
    return this.#applying
  }

  /** Call it when a slot may be free. Without limits, no torrent waits for one. */
  async freed(): Promise<void> {
    if (this.#hasLimits) await this.apply()
  }

  /** Starts a new torrent, which affects no other one without limits. */
  async begin(torrent: ManagedTorrent): Promise<void> {
    if (this.#hasLimits || this.#applying) return this.apply()
    await this.#set(torrent, !torrent.row.paused, false)
  }

  get #hasLimits(): boolean {
    const { maxDownloads, maxSeeds } = this.#context.settings()
    return maxDownloads !== null || maxSeeds !== null
  }

  async reorder(moved: readonly ManagedTorrent[], move: Move): Promise<void> {
    const { registry } = this.#context
    const order = this.#ordered()
    for (const [at, torrent] of reordered(order, new Set(moved), move).entries())
      if (torrent.row.queueOrder !== at + 1) registry.change(torrent, { queueOrder: at + 1 })
    await this.apply()
  }

  /** Moves a torrent to a position, from 1. */
  async place(torrent: ManagedTorrent, position: number): Promise<void> {
    const others = this.#ordered().filter(each => each !== torrent)
    const unfinished = others.filter(each => !each.isComplete)
    const after = unfinished[position - 1]
    others.splice(after ? others.indexOf(after) : others.length, 0, torrent)
    for (const [at, each] of others.entries())
      if (each.row.queueOrder !== at + 1) this.#context.registry.change(each, { queueOrder: at + 1 })
    await this.apply()
  }

  #ordered(): ManagedTorrent[] {
    return [...this.#context.registry.listed()].sort(byQueue)
  }

  async #rounds(): Promise<void> {
    do {
      this.#again = false
      await this.#round()
    } while (this.#again)
  }

  async #round(): Promise<void> {
    const torrents = [...this.#context.registry.listed()]
    const run = this.#runs()
    const changes: Promise<void>[] = []
    await inTurns(torrents, part => {
      for (const torrent of part) {
        const { paused, removedMs } = torrent.row
        // It was removed since the round began.
        if (removedMs !== null) continue
        const runs = run(torrent)
        // A torrent that an error stopped stays stopped until a user resumes it.
        if (!paused && torrent.state === 'error') continue
        const change = this.#set(torrent, runs, !paused && !runs)
        // A torrent that cannot be stopped or started, such as one being closed, must not block the
        // others.
        if (change) changes.push(change.catch(() => {}))
      }
    })
    await Promise.all(changes)
  }

  /**
   * Without limits there is nothing to decide, so a change of one torrent need not examine
   * thousands of others.
   */
  #runs(): (torrent: ManagedTorrent) => boolean {
    const settings = this.#context.settings()
    if (!this.#hasLimits) return ({ row }) => !row.paused
    const waiting = this.#ordered().filter(({ row, state }) => !row.paused && state !== 'error')
    const { run } = queueDecision(waiting.map(queued), settings, Date.now())
    return ({ id }) => run.has(id)
  }

  /** Null if nothing has to change. */
  #set(torrent: ManagedTorrent, runs: boolean, queued: boolean): Promise<void> | null {
    const { api, state } = torrent
    const isResting = state === 'paused'
    if (torrent.queued !== queued || isResting === runs) {
      torrent.queued = queued
      this.#context.registry.touch(torrent)
    }
    if (state === 'closed' || isResting !== runs) return null
    if (runs) torrent.startedMs = Date.now()
    return runs ? api.resume() : api.pause()
  }
}

function queued(torrent: ManagedTorrent, order: number): QueuedTorrent {
  const { api, row, isComplete } = torrent
  const { state, downloadBytesPerSecond, uploadBytesPerSecond } = api.stats
  const running = state !== 'paused'
  const isMoving = downloadBytesPerSecond > 0 || uploadBytesPerSecond > 0 || state === 'checking'
  const idleSinceMs = running && !isMoving ? Math.max(torrent.startedMs, row.activeMs ?? 0) : null
  return { id: torrent.id, complete: isComplete, forced: row.forced, order, running, idleSinceMs }
}

export function byQueue({ row: a }: ManagedTorrent, { row: b }: ManagedTorrent): number {
  return a.queueOrder - b.queueOrder || a.addedMs - b.addedMs
}

/** Moves items, which keep their relative order. */
export function reordered<T>(order: readonly T[], moved: ReadonlySet<T>, move: Move): T[] {
  const mine = order.filter(each => moved.has(each))
  const others = order.filter(each => !moved.has(each))
  if (move === 'queue-first') return [...mine, ...others]
  if (move === 'queue-last') return [...others, ...mine]
  const result = move === 'queue-up' ? [...order] : [...order].reverse()
  // Each moves past its predecessor unless that moves too, so items at the end stay there.
  for (let at = 1; at < result.length; at++) {
    const [before, here] = [result[at - 1]!, result[at]!]
    if (moved.has(here) && !moved.has(before)) [result[at - 1], result[at]] = [here, before]
  }
  return move === 'queue-up' ? result : result.reverse()
}
