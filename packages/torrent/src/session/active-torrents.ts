import type { Clock } from '../base/clock.ts'
import type { Torrent } from './torrent/torrent.ts'

const TICK_MS = 1000
/**
 * Number of parts of the second over which ticks are spread, so that thousands of torrents do not
 * delay everything else.
 */
const PARTS = 40
const PART_MS = TICK_MS / PARTS
const LEAST_IN_PART = 50

/** Ticks the torrents that have work once a second. Without any, no timer runs. */
export class ActiveTorrents {
  readonly #clock: Clock
  readonly #active = new Set<Torrent>()
  #cancel: (() => void) | null = null
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(torrent: Torrent, active: boolean): void {
    if (active) this.#active.add(torrent)
    else this.#active.delete(torrent)
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
    this.#cancel = null
  }

  #schedule(ms = TICK_MS): void {
    if (this.#active.size === 0 || this.#cancel || this.#closed) return
    this.#cancel = this.#clock.after(ms, () => this.#tick([...this.#active], 0))
  }

  /**
   * Ticks the torrents of a round from an index on: some of them now, and the others later in the
   * same second.
   */
  #tick(round: readonly Torrent[], from: number): void {
    // No other timer is pending.
    this.#cancel = () => {}
    const size = Math.max(LEAST_IN_PART, Math.ceil(round.length / PARTS))
    const now = this.#clock.nowMs()
    try {
      for (const torrent of round.slice(from, from + size))
        if (this.#active.has(torrent)) torrent.phases.tick(now)
    } finally {
      this.#cancel = null
      if (!this.#closed && from + size < round.length)
        this.#cancel = this.#clock.after(PART_MS, () => this.#tick(round, from + size))
      else this.#schedule(TICK_MS - PART_MS * (from / size))
    }
  }
}
