import type { Clock } from '../base/clock.ts'
import type { Torrent } from './torrent/torrent.ts'

const TICK_MS = 1000

/** Ticks the torrents that have something to do every second. While there are none, no timer runs. */
export class ActiveTorrents {
  readonly #clock: Clock
  readonly #active = new Set<Torrent>()
  #cancel: (() => void) | null = null
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of peers connected to all torrents: a torrent with a peer is active. */
  get connections(): number {
    let count = 0
    for (const torrent of this.#active) count += torrent.phases.network.swarm?.peers.size ?? 0
    return count
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

  #schedule(): void {
    if (this.#active.size === 0 || this.#cancel || this.#closed) return
    this.#cancel = this.#clock.after(TICK_MS, () => {
      this.#cancel = null
      const now = this.#clock.nowMs()
      for (const torrent of [...this.#active]) torrent.phases.tick(now)
      this.#schedule()
    })
  }
}
