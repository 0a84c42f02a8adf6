import { readAddress } from '../base/address.ts'
import { FAMILY, type Family } from '../store.ts'

/** Addresses and networks (`10.0.0.0/8`, `2001:db8::/32`). */
export class AddressSet {
  readonly #ipv4: (readonly [address: number, mask: number])[] = []
  readonly #ipv6: (readonly [address: Int32Array, masks: Int32Array])[] = []

  /** Throws TypeError for what is neither. */
  constructor(networks: Iterable<string>) {
    for (const text of networks) this.#add(text)
  }

  /** Of an address whose words begin at 0. */
  has(family: Family, words: Int32Array): boolean {
    if (family === FAMILY.ipv4) {
      for (const [address, mask] of this.#ipv4) if ((words[0]! & mask) === address) return true
    } else if (family === FAMILY.ipv6) {
      for (const [address, masks] of this.#ipv6) {
        if (address.every((word, at) => (words[at]! & masks[at]!) === word)) return true
      }
    }
    return false
  }

  #add(text: string): void {
    const [bare = '', bits] = text.split('/')
    const words = new Int32Array(4)
    const family = readAddress(bare, words)
    const most = family === FAMILY.ipv4 ? 32 : 128
    const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (family === null || !(length <= most))
      throw new TypeError(`"${text}" is neither an IP address nor a network such as 10.0.0.0/8`)
    const masks = Int32Array.from({ length: 4 }, (_, word) => maskOf(length - 32 * word))
    const masked = words.map((word, at) => word & masks[at]!)
    if (family === FAMILY.ipv4) this.#ipv4.push([masked[0]!, masks[0]!])
    else this.#ipv6.push([masked, masks])
  }
}

function maskOf(bits: number): number {
  if (bits <= 0) return 0
  return bits >= 32 ? -1 : -1 << (32 - bits)
}
