import { PeerChoker } from '#peer-choker'
import type { Random } from '../../base/random.ts'
import { CHOKE_ROUND_MS, type ChokerPeer } from '../../pieces/choker.ts'
import type { Peer } from '../peer/peer.ts'
import { Debts } from './debts.ts'
import { RollingRate } from './rolling-rate.ts'

/** Recent rates of what a peer sent us and requested from us. */
interface Rates {
  readonly given: RollingRate
  readonly taken: RollingRate
}

/** Lets the choker decide which peers to serve, and chokes and unchokes them. */
export class ChokeRounds {
  readonly #choker: PeerChoker
  readonly #peers: ReadonlyMap<number, Peer>
  readonly #slots: () => number
  readonly #rates = new WeakMap<Peer, Rates>()
  readonly #debts = new Debts()
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(options: { random: Random; peers: ReadonlyMap<number, Peer>; slots: () => number }) {
    this.#choker = new PeerChoker(options)
    this.#peers = options.peers
    this.#slots = options.slots
  }

  /** Whether it is time for a round. */
  isDue(nowMs: number): boolean {
    return nowMs - this.#lastMs >= CHOKE_ROUND_MS
  }

  /**
   * Once a second. Returns whether a peer that owes has a slot that another one waits for: while
   * we download, it is time to choke it.
   */
  charge(): boolean {
    let owed = false
    let waiting = false
    for (const peer of this.#peers.values()) {
      const { amChoking, peerInterested } = peer.flags
      if (!amChoking) this.#debts.charge(peer)
      if (!peerInterested || peer.pieces.uploadOnly) continue
      if (!this.#debts.owes(peer)) waiting ||= amChoking
      else owed ||= !amChoking
    }
    return owed && waiting
  }

  /** Whether a change in a peer's interest can matter between rounds. */
  matters(peer: Peer): boolean {
    if (!peer.flags.amChoking) return true
    let used = 0
    for (const other of this.#peers.values()) if (!other.flags.amChoking && other.flags.peerInterested) used++
    return peer.flags.peerInterested && used < this.#slots()
  }

  /** `immediate`: between rounds, which only fills free slots and those of peers that owe. */
  decide(now: number, { seeding, immediate }: { seeding: boolean; immediate: boolean }): void {
    const chosen = this.#choker.decide(
      [...this.#peers.values()].map(peer => this.#view(peer, now)),
      now,
      { slots: this.#slots(), seeding, immediate },
    )
    if (!immediate) this.#mark(now)
    const unchoked = new Set(chosen)
    for (const peer of this.#peers.values())
      if (unchoked.has(peer.id)) peer.unchoke()
      else peer.choke()
  }

  #mark(now: number): void {
    this.#lastMs = now
    let bytesPerSecond = 0
    for (const peer of this.#peers.values()) {
      const { given, taken } = this.#rollingRates(peer)
      bytesPerSecond += taken.bytesPerSecond(peer.upload.totalBytes, now)
      given.mark(peer.download.totalBytes, now)
      taken.mark(peer.upload.totalBytes, now)
    }
    this.#debts.adjustGift(bytesPerSecond)
  }

  #view(peer: Peer, now: number): ChokerPeer {
    const { given, taken } = this.#rollingRates(peer)
    return {
      id: peer.id,
      interested: peer.flags.peerInterested,
      unchoked: !peer.flags.amChoking,
      snubbed: peer.download.snubbed,
      owes: this.#debts.owes(peer),
      uploadOnly: peer.pieces.uploadOnly,
      downloadBytesPerSecond: given.bytesPerSecond(peer.download.totalBytes, now),
      uploadBytesPerSecond: taken.bytesPerSecond(peer.upload.totalBytes, now),
      uploadedBytes: peer.upload.totalBytes,
      progress: peer.pieces.progress,
    }
  }

  #rollingRates(peer: Peer): Rates {
    let rates = this.#rates.get(peer)
    if (!rates) {
      rates = { given: new RollingRate(peer.connectedMs), taken: new RollingRate(peer.connectedMs) }
      this.#rates.set(peer, rates)
    }
    return rates
  }
}
