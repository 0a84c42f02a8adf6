import type { Peer } from '../peer/peer.ts'

/** A stranger is given as much as leaves through our uplink in a second, but at least two blocks, before we expect anything in return. */
const GIFT_SECONDS = 1
const LEAST_GIFT_BYTES = 32 * 1024
/**
 * Beyond the gift, a peer owes if it uploaded less than one byte per this many that it took. Lines
 * with little upload give more.
 */
const LEAST_RETURN = 32

interface Account {
  /** The bytes that it took, up to the last charge. */
  takenBytes: number
  /** Those among them that it took while it had pieces that we want: newcomers cannot give anything. */
  chargedBytes: number
}

/** Which peers only take. Their debts last as long as their connections. */
export class Debts {
  readonly #accounts = new WeakMap<Peer, Account>()
  #giftBytes = LEAST_GIFT_BYTES

  /** `bytesPerSecond`: our recent upload to all peers. */
  adjustGift(bytesPerSecond: number): void {
    this.#giftBytes = Math.max(LEAST_GIFT_BYTES, GIFT_SECONDS * bytesPerSecond)
  }

  /** Charges what the peer took since the last call. */
  charge(peer: Peer): void {
    const { totalBytes } = peer.upload
    const { takenBytes, chargedBytes } = this.#accounts.get(peer) ?? { takenBytes: 0, chargedBytes: 0 }
    const more = peer.flags.amInterested ? totalBytes - takenBytes : 0
    this.#accounts.set(peer, { takenBytes: totalBytes, chargedBytes: chargedBytes + more })
  }

  /** Whether the peer took more than a gift and gave next to nothing, although it had pieces that we want. */
  owes(peer: Peer): boolean {
    const charged = this.#accounts.get(peer)?.chargedBytes ?? 0
    return charged > this.#giftBytes + LEAST_RETURN * peer.download.totalBytes
  }
}
