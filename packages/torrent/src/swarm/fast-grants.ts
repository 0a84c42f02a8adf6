import type { Bitfield } from '../base/bitfield.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { ALLOWED_FAST_COUNT, allowedFastSet } from '../wire/allowed-fast.ts'

/** Each granted piece is sent so often to one peer, so that nobody is made to send it for ever. */
const SENDS = 2

/** What we know of a peer when it asks, or is told, what it may have while choked. */
export interface GrantView {
  /** The peer's IP address: the set is derived from it, so that reconnecting gains nothing. */
  readonly host: string
  /** The 20 bytes of its handshake. */
  readonly infoHash: Uint8Array
  readonly layout: PieceLayout
  /** What we have and what it has. */
  readonly have: Bitfield
  readonly theirs: Bitfield
}

/** Pieces that one peer may have of us while we choke it, since it has next to nothing to give yet (BEP 6, allowed fast). */
export class FastGrants {
  /** Bytes that may still be sent, by piece. */
  readonly #left = new Map<number, number>()

  has(piece: number): boolean {
    return this.#left.has(piece)
  }

  /** Grants the canonical set, as far as we have it and the peer does not. Returns the pieces that are new. */
  grant({ host, infoHash, layout, have, theirs }: GrantView): number[] {
    const granted = allowedFastSet(host, infoHash, layout.pieceCount).filter(
      piece => have.has(piece) && !theirs.has(piece) && !this.#left.has(piece),
    )
    for (const piece of granted) this.#left.set(piece, SENDS * layout.pieceSize(piece))
    return granted
  }

  /** Whether a request of a choked peer is to be served; counts it. */
  take(piece: number, length: number, theirs: Bitfield | null): boolean {
    const left = this.#left.get(piece)
    if (left === undefined || left < length || !theirs || !isBeginner(theirs)) return false
    this.#left.set(piece, left - length)
    return true
  }
}

/** BEP 6: who has as many pieces as the set has can trade for more. */
export function isBeginner(theirs: Bitfield): boolean {
  return theirs.count < ALLOWED_FAST_COUNT
}
