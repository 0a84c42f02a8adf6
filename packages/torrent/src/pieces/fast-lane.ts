import type { Random } from '../base/random.ts'
import { type ChokeOptions, Choker, type ChokerPeer } from './choker.ts'

/**
 * The fast lane for peers in good standing, in front of the choker. It has at most half of the
 * slots, assigned to those peers by the choker's rules. The other slots are open to all peers by
 * the same rules, regardless of standing: strangers that give as much as others, or whose turn it
 * is, have at least half of the slots, and a peer that only takes gets no more of them than without
 * a fast lane.
 */
export class FastLane {
  readonly #lane: Choker
  readonly #open: Choker
  readonly #isTrusted: (id: number) => boolean

  constructor({ random, isTrusted }: { random: Random; isTrusted: (id: number) => boolean }) {
    this.#lane = new Choker({ random })
    this.#open = new Choker({ random })
    this.#isTrusted = isTrusted
  }

  /** Like `Choker.decide`. */
  decide(peers: readonly ChokerPeer[], nowMs: number, options: ChokeOptions): number[] {
    const trusted = peers.filter(({ id }) => this.#isTrusted(id))
    const slots = Math.floor(options.slots / 2)
    const first = new Set(this.#lane.decide(trusted, nowMs, { ...options, slots }))
    const used = trusted.filter(({ id, interested }) => interested && first.has(id)).length
    // Peers with a slot do not need another, and have had their turn.
    const rest = peers.map(peer => (first.has(peer.id) ? { ...peer, interested: false } : peer))
    const others = this.#open.decide(rest, nowMs, { ...options, slots: options.slots - used })
    return [...new Set([...first, ...others])]
  }
}
