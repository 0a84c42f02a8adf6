import { ShoalError } from '../base/errors.ts'
import type { BlockSupplier } from './block-supplier.ts'
import type { Peer } from './peer.ts'
import type { PeerPool } from './peer-pool.ts'

/** Piece failures that a suspect may be part of before it is disconnected. */
const PAROLE_STRIKES = 4

export interface SuspicionOptions {
  readonly peers: ReadonlyMap<number, Peer>
  readonly suppliers: ReadonlyMap<number, BlockSupplier>
  readonly pool: PeerPool
  /** The address by which a source is remembered. */
  keyOf(sourceId: number): string
  log(line: string): void
}

/**
 * What follows from wrong bytes. Who sent them for sure is banned. Who may have gets pieces for itself alone, so that the next wrong one
 * tells, and is let go when there are too many.
 */
export class Suspicion {
  readonly #options: SuspicionOptions
  readonly #strikes = new Map<string, number>()

  constructor(options: SuspicionOptions) {
    this.#options = options
  }

  /** It may have gone and come back: a part that it had in failed pieces still counts, unless something has cleared it. */
  recall(peer: Peer): void {
    peer.failedPieces = this.#strikes.get(peer.link.connection.remote.host) ?? 0
    peer.onParole = peer.failedPieces > 0
  }

  /** A piece did not match its hash. Keys of sources that are to blame, and of those that may be. */
  onBadPiece(guilty: readonly string[], suspects: readonly string[]): void {
    for (const key of guilty) this.#ban(key)
    const { peers, suppliers, keyOf } = this.#options
    for (const supplier of suppliers.values()) if (suspects.includes(supplier.key)) supplier.onParole = true
    for (const peer of [...peers.values()]) {
      const key = keyOf(peer.id)
      if (!suspects.includes(key)) continue
      peer.onParole = true
      const strikes = (this.#strikes.get(key) ?? 0) + 1
      this.#strikes.set(key, strikes)
      peer.failedPieces = strikes
      if (strikes >= PAROLE_STRIKES)
        peer.close(new ShoalError('bad-message', 'it had a part in several pieces with wrong bytes'))
    }
  }

  /** Bytes that came earlier are known to be wrong, or right. */
  onBlame(guilty: readonly string[], cleared: readonly string[]): void {
    for (const key of guilty) this.#ban(key)
    for (const key of cleared) this.#strikes.delete(key)
    const { peers, suppliers, keyOf } = this.#options
    for (const peer of peers.values()) if (cleared.includes(keyOf(peer.id))) clear(peer)
    for (const supplier of suppliers.values()) if (cleared.includes(supplier.key)) supplier.onParole = false
  }

  #ban(key: string): void {
    const { peers, suppliers, pool, keyOf, log } = this.#options
    log(`${key} sent wrong bytes and is banned`)
    pool.ban(key)
    for (const supplier of suppliers.values()) if (supplier.key === key) supplier.ban()
    for (const peer of [...peers.values()])
      if (keyOf(peer.id) === key) peer.close(new ShoalError('bad-message', 'it sent wrong bytes'))
  }
}

function clear(peer: Peer): void {
  peer.onParole = false
  peer.failedPieces = 0
}
