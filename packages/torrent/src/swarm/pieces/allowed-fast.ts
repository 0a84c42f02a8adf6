import type { Bitfield } from '../../base/bitfield.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { ALLOWED_FAST_COUNT, allowedFastSet } from '../../wire/allowed-fast.ts'

/**
 * Number of times that each piece is sent to one peer, so that it cannot make us send it
 * endlessly.
 */
const SENDS = 2

/** The inputs that determine which pieces a peer may request while choked. */
export interface AllowedFastView {
  /** The peer's IP address: the set is derived from it, so that reconnecting gains nothing. */
  readonly host: string
  /** The 20 bytes of its handshake. */
  readonly infoHash: Uint8Array
  readonly layout: PieceLayout
  /** Our pieces and those of the peer. */
  readonly have: Bitfield
  readonly theirs: Bitfield
}

/**
 * Pieces that one peer may request while we choke it, since it has next to nothing to trade yet
 * (BEP 6, allowed fast).
 */
export class AllowedFast {
  /** Remaining bytes that may be sent, by piece. */
  readonly #left = new Map<number, number>()

  has(piece: number): boolean {
    return this.#left.has(piece)
  }

  /**
   * Grants those pieces of the canonical set that we have and the peer lacks. Returns the new ones.
   */
  grant({ host, infoHash, layout, have, theirs }: AllowedFastView): number[] {
    const granted = allowedFastSet(host, infoHash, layout.pieceCount).filter(
      piece => have.has(piece) && !theirs.has(piece) && !this.#left.has(piece),
    )
    for (const piece of granted) this.#left.set(piece, SENDS * layout.pieceSize(piece))
    return granted
  }

  /** Returns whether to serve a request of a choked peer, and counts its bytes. */
  take(piece: number, length: number, theirs: Bitfield | null): boolean {
    const left = this.#left.get(piece)
    if (left === undefined || left < length || !theirs || !isBeginner(theirs)) return false
    this.#left.set(piece, left - length)
    return true
  }
}

/** BEP 6: a peer that has as many pieces as the set can trade for more. */
export function isBeginner(theirs: Bitfield): boolean {
  return theirs.count < ALLOWED_FAST_COUNT
}
