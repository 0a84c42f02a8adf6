import type { Torrent } from '@shoal/api'
import type { NodeEvents } from '@shoal/node/node/kernel/contract.ts'

/** The time that Transmission considers recent. */
const RECENT_MS = 60_000

/**
 * The small numbers by which Transmission's clients identify torrents: assigned in the order of
 * adding, never reused while the node runs.
 */
export class TorrentNumbers {
  readonly #numbers = new Map<string, number>()
  readonly #ids = new Map<number, string>()
  readonly #changedMs = new Map<string, number>()
  readonly #removedMs = new Map<string, number>()
  readonly #stop: () => void

  constructor(events: NodeEvents) {
    this.#stop = events.subscribe('torrents', ({ event }) => {
      if (event.type !== 'torrents') return
      const now = performance.now()
      for (const { id } of event.changed) this.#changedMs.set(id, now)
      for (const id of event.changed.map(({ id }) => id)) this.#removedMs.delete(id)
      for (const id of event.removed) this.#onRemoved(id, now)
    })
  }

  /** Assigns a number to each torrent that has none yet. */
  know(torrents: readonly Pick<Torrent, 'id'>[]): void {
    for (const { id } of torrents) this.of(id)
  }

  of(id: string): number {
    const known = this.#numbers.get(id)
    if (known !== undefined) return known
    const number = this.#numbers.size + 1
    this.#numbers.set(id, number)
    this.#ids.set(number, id)
    return number
  }

  idOf(number: number): string | null {
    return this.#ids.get(number) ?? null
  }

  /** Whether the torrent changed within the last minute. */
  isRecent({ id, addedMs }: Pick<Torrent, 'id' | 'addedMs'>): boolean {
    const changed = this.#changedMs.get(id)
    if (changed !== undefined && performance.now() - changed < RECENT_MS) return true
    return Date.now() - addedMs < RECENT_MS
  }

  /** Numbers of the torrents that were removed within the last minute. */
  removed(): number[] {
    const since = performance.now() - RECENT_MS
    for (const [id, atMs] of this.#removedMs) if (atMs < since) this.#removedMs.delete(id)
    return [...this.#removedMs.keys()].map(id => this.of(id))
  }

  close(): void {
    this.#stop()
  }

  #onRemoved(id: string, now: number): void {
    this.#changedMs.delete(id)
    // A number that no client has seen need not be reported as removed.
    if (this.#numbers.has(id)) this.#removedMs.set(id, now)
  }
}
