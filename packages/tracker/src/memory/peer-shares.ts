import { AddressSlots } from '../base/address-slots.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { FAMILY, type Family } from '../store.ts'

/**
 * Counts the peers of each address, so that none takes all the room. This machine has no limit,
 * nor do web peers, whose addresses are unknown to the store.
 */
export class PeerShares {
  readonly #slots = new AddressSlots()
  readonly #first = new Int32Array(AddressSlots.COUNT)
  readonly #second = new Int32Array(AddressSlots.COUNT)
  readonly #most: number

  /** `most`: 0 for no limit. */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * Counts a peer at the address, or returns false if it has too many. `isAdmitted`: count it in
   * any case.
   */
  take(family: Family, address: Int32Array, isAdmitted = false): boolean {
    if (!this.#counts(family, address, 0)) return true
    this.#slots.find(family, address)
    const { first, second } = this.#slots
    if (!isAdmitted && this.#first[first]! >= this.#most && this.#second[second]! >= this.#most) return false
    this.#first[first]!++
    this.#second[second]!++
    return true
  }

  /** Stops counting a peer, whose address is at `at`. */
  give(family: Family, words: Int32Array, at = 0): void {
    if (!this.#counts(family, words, at)) return
    this.#slots.find(family, words, at)
    this.#first[this.#slots.first]!--
    this.#second[this.#slots.second]!--
  }

  #counts(family: Family, words: Int32Array, at: number): boolean {
    return this.#most > 0 && family !== FAMILY.web && scopeOf(family, words, at) !== SCOPE.machine
  }
}

/**
 * Returns the default maximum number of peers of one address: a hundredth of all. A provider's NAT
 * or a seedbox has many, so it is at least a thousand, provided that four addresses still find
 * room.
 */
export function peersPerAddressFor(maxPeers: number): number {
  return Math.max(Math.ceil(maxPeers / 100), Math.min(1000, Math.ceil(maxPeers / 4)))
}
