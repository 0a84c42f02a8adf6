import type { Random } from '../base/random.ts'
import { CHOKE_ROUND_MS, Choker } from '../pieces/choker.ts'
import type { Peer } from './peer.ts'

/** Decides with the choker whom to serve, and tells the peers. */
export class ChokeRounds {
  readonly #choker: Choker
  readonly #peers: ReadonlyMap<number, Peer>
  readonly #slots: number
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(options: { random: Random; peers: ReadonlyMap<number, Peer>; slots: number }) {
    this.#choker = new Choker({ random: options.random })
    this.#peers = options.peers
    this.#slots = options.slots
  }

  /** Whether it is time for a round. */
  isDue(nowMs: number): boolean {
    return nowMs - this.#lastMs >= CHOKE_ROUND_MS
  }

  /** Whether a peer whose interest changed may make a difference between rounds. */
  matters(peer: Peer): boolean {
    if (!peer.amChoking) return true
    let used = 0
    for (const other of this.#peers.values()) if (!other.amChoking && other.peerInterested) used++
    return peer.peerInterested && used < this.#slots
  }

  /** `immediate`: between rounds, only slots that are free are filled. */
  decide(now: number, { seeding, immediate }: { seeding: boolean; immediate: boolean }): void {
    const chosen = this.#choker.decide(
      [...this.#peers.values()].map(peer => ({
        id: peer.id,
        interested: peer.peerInterested,
        unchoked: !peer.amChoking,
        snubbed: peer.download.snubbed,
        uploadOnly: peer.uploadOnly,
        downloadBytesPerSecond: peer.given.bytesPerSecond(peer.download.totalBytes, now),
        uploadBytesPerSecond: peer.taken.bytesPerSecond(peer.upload.totalBytes, now),
        uploadedBytes: peer.upload.totalBytes,
        connectedMs: peer.connectedMs,
        unchokedMs: peer.unchokedMs,
      })),
      now,
      { slots: this.#slots, seeding, immediate },
    )
    if (!immediate) this.#mark(now)
    const unchoked = new Set(chosen)
    for (const peer of this.#peers.values())
      if (unchoked.has(peer.id)) peer.unchoke()
      else peer.choke()
  }

  #mark(now: number): void {
    this.#lastMs = now
    for (const peer of this.#peers.values()) peer.markRound(now)
  }
}
