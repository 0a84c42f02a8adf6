import { randomFillSync } from 'node:crypto'
import { FAMILY, type Family } from '../store.ts'
import { halfSip } from './siphash.ts'

const SLOTS = 1 << 17

/**
 * Assigns each address a slot in each of two tables, to count something per address in constant
 * memory: the smaller of the two counts is used, since two addresses rarely share a slot in both.
 * An IPv6 /64 counts as one address, since it has one owner.
 */
export class AddressSlots {
  static readonly COUNT = SLOTS
  /** The slots of the last address. */
  first = 0
  second = 0
  readonly #keys = randomFillSync(new Int32Array(4))

  /** Sets the slots to those of the address at `at`. */
  find(family: Family, address: Int32Array, at = 0): void {
    const end = at + (family === FAMILY.ipv6 ? 2 : 1)
    const keys = this.#keys
    this.first = halfSip(keys[0]!, keys[1]!, address, at, end) & (SLOTS - 1)
    this.second = halfSip(keys[2]!, keys[3]!, address, at, end) & (SLOTS - 1)
  }
}
