import { ShoalError } from '../base/errors.ts'
import type { Verdict } from '../pieces/smart-ban.ts'
import type { PeerPool } from './connect/peer-pool.ts'
import type { Peer } from './peer/peer.ts'
import type { Sources } from './peer/sources.ts'

/** A suspect that contributed to this many failed pieces is disconnected. */
const MAX_STRIKES = 4

export interface ParoleOptions {
  readonly sources: Sources
  readonly pool: PeerPool
  log(line: string): void
}

/**
 * Carries out the verdicts of SmartBan. The guilty are banned. Suspects get pieces that no other
 * source works on, so that the next failure has one culprit, and are disconnected after too many
 * failures.
 */
export class Parole {
  readonly #options: ParoleOptions
  readonly #strikes = new Map<string, number>()

  constructor(options: ParoleOptions) {
    this.#options = options
  }

  /** Puts a peer that reconnected on parole again, unless it has been cleared since. */
  recall(peer: Peer): void {
    peer.failedPieces = this.#strikes.get(peer.link.connection.remote.host) ?? 0
    peer.pieces.onParole = peer.failedPieces > 0
  }

  apply({ guilty, suspects, cleared }: Verdict): void {
    for (const key of guilty) this.#ban(key)
    for (const key of cleared) this.#strikes.delete(key)
    const { sources } = this.#options
    const { peers, suppliers } = sources
    for (const supplier of suppliers.values()) {
      if (suspects.includes(supplier.key)) supplier.onParole = true
      if (cleared.includes(supplier.key)) supplier.onParole = false
    }
    for (const peer of [...peers.values()]) {
      const key = sources.keyOf(peer.id)
      if (suspects.includes(key)) this.#strike(peer, key)
      if (!cleared.includes(key)) continue
      peer.pieces.onParole = false
      peer.failedPieces = 0
    }
  }

  #strike(peer: Peer, key: string): void {
    const strikes = (this.#strikes.get(key) ?? 0) + 1
    this.#strikes.set(key, strikes)
    peer.pieces.onParole = true
    peer.failedPieces = strikes
    if (strikes >= MAX_STRIKES)
      peer.close(new ShoalError('bad-message', 'it had a part in several pieces with wrong bytes'))
  }

  #ban(key: string): void {
    const { sources, pool, log } = this.#options
    const { peers, suppliers } = sources
    log(`${key} sent wrong bytes and is banned`)
    pool.ban(key)
    for (const supplier of suppliers.values()) if (supplier.key === key) supplier.ban()
    for (const peer of [...peers.values()])
      if (sources.keyOf(peer.id) === key) peer.close(new ShoalError('bad-message', 'it sent wrong bytes'))
  }
}
