import { readAddress } from '../base/address.ts'
import { FAMILY, type Family } from '../store.ts'

/** A set of addresses and networks (`10.0.0.0/8`, `2001:db8::/32`). A lookup takes one step per distinct prefix length. */
export class AddressSet {
  readonly #ipv4 = new Map<number, { readonly mask: number; readonly networks: Set<number> }>()
  readonly #ipv6 = new Map<number, { readonly masks: Int32Array; readonly networks: Set<string> }>()

  /** Throws TypeError for text that is neither an address nor a network. */
  constructor(networks: Iterable<string>) {
    for (const text of networks) this.#add(text)
  }

  /** `words`: the address in its first one (IPv4) or four words (IPv6). */
  has(family: Family, words: Int32Array): boolean {
    if (family === FAMILY.ipv4) {
      for (const { mask, networks } of this.#ipv4.values()) if (networks.has(words[0]! & mask)) return true
    } else if (family === FAMILY.ipv6) {
      for (const { masks, networks } of this.#ipv6.values())
        if (networks.has(networkKey(words, masks))) return true
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
    if (family === FAMILY.ipv4) this.#addIpv4(words[0]!, length)
    else this.#addIpv6(words, length)
  }

  #addIpv4(address: number, length: number): void {
    const known = this.#ipv4.get(length) ?? { mask: prefixMask(length), networks: new Set() }
    this.#ipv4.set(length, known)
    known.networks.add(address & known.mask)
  }

  #addIpv6(words: Int32Array, length: number): void {
    const masks = Int32Array.from({ length: 4 }, (_, word) => prefixMask(length - 32 * word))
    const known = this.#ipv6.get(length) ?? { masks, networks: new Set() }
    this.#ipv6.set(length, known)
    known.networks.add(networkKey(words, masks))
  }
}

function networkKey(words: Int32Array, masks: Int32Array): string {
  return `${words[0]! & masks[0]!},${words[1]! & masks[1]!},${words[2]! & masks[2]!},${words[3]! & masks[3]!}`
}

function prefixMask(bits: number): number {
  if (bits <= 0) return 0
  return bits >= 32 ? -1 : -1 << (32 - bits)
}
