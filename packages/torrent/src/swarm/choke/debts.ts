import type { Peer } from '../peer/peer.ts'

/**
 * A new peer may take as much as our uplink sends in a second, but at least two blocks, before we
 * expect anything in return.
 */
const GIFT_SECONDS = 1
const LEAST_GIFT_BYTES = 32 * 1024
/**
 * Beyond that, a peer owes if it uploaded less than one byte per this many that it took. Lines
 * with little upload give more.
 */
const LEAST_RETURN = 32

interface Account {
  /** Number of bytes that it took, up to the last charge. */
  takenBytes: number
  /** Those that it took while it had pieces that we want: newcomers cannot give anything. */
  chargedBytes: number
}

/** Determines which peers only take. Their debts last as long as their connections. */
export class Debts {
  readonly #accounts = new WeakMap<Peer, Account>()
  #giftBytes = LEAST_GIFT_BYTES

  /** `bytesPerSecond`: our recent upload to all peers. */
  adjustGift(bytesPerSecond: number): void {
    this.#giftBytes = Math.max(LEAST_GIFT_BYTES, GIFT_SECONDS * bytesPerSecond)
  }

  /** Charges the bytes that the peer took since the last call. */
  charge(peer: Peer): void {
    const { totalBytes } = peer.upload
    const { takenBytes, chargedBytes } = this.#accounts.get(peer) ?? { takenBytes: 0, chargedBytes: 0 }
    const more = peer.flags.amInterested ? totalBytes - takenBytes : 0
    this.#accounts.set(peer, { takenBytes: totalBytes, chargedBytes: chargedBytes + more })
  }

  /**
   * Whether the peer took more than the free amount and gave next to nothing, although it had
   * pieces that we want.
   */
  owes(peer: Peer): boolean {
    const charged = this.#accounts.get(peer)?.chargedBytes ?? 0
    return charged > this.#giftBytes + LEAST_RETURN * peer.download.totalBytes
  }
}
