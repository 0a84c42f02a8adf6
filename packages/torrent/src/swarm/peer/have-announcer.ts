import type { Bitfield } from '../../base/bitfield.ts'
import type { Clock } from '../../base/clock.ts'
import type { Peer } from './peer.ts'

/** Up to this many peers, pieces are announced as they arrive. */
const FEW_PEERS = 50
/**
 * Minimum time between two rounds, per peer beyond those. A round costs a write to nearly every
 * peer, about 6 us: at most 3 % of a core.
 */
const ROUND_MS_PER_PEER = 0.2
/** The resolution of timers. */
const LEAST_WAIT_MS = 1

export interface HaveAnnouncerOptions {
  readonly clock: Clock
  readonly peers: ReadonlyMap<number, Peer>
  /** The pieces that we have; null while the metadata is unknown. */
  readonly have: () => Bitfield | null
}

/** Announces new pieces to all peers (BEP 3), with many peers several pieces at a time. */
export class HaveAnnouncer {
  readonly #options: HaveAnnouncerOptions
  #pieces: number[] = []
  #lastMs = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | null = null

  constructor(options: HaveAnnouncerOptions) {
    this.#options = options
  }

  add(piece: number): void {
    const { clock, peers } = this.#options
    this.#pieces.push(piece)
    if (this.#cancel) return
    const roundMs = ROUND_MS_PER_PEER * (peers.size - FEW_PEERS)
    const waitMs = this.#lastMs + roundMs - clock.nowMs()
    if (waitMs <= LEAST_WAIT_MS) this.flush()
    else this.#cancel = clock.after(waitMs, () => this.flush())
  }

  /** Announces pending pieces now, except those that have been lost. */
  flush(): void {
    const { clock, peers, have } = this.#options
    const pieces = this.#pieces.filter(piece => have()?.has(piece))
    this.stop()
    if (pieces.length === 0) return
    this.#lastMs = clock.nowMs()
    for (const peer of [...peers.values()]) peer.sendHaves(pieces)
  }

  /** Discards pending announcements. */
  stop(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#pieces = []
  }
}
