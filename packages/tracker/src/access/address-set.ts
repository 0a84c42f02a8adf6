import { type IpRanges, IpRangesBuilder, parseFilterLine } from '@shoal/torrent/ip-filter'
import { FAMILY, type Family } from '../store.ts'

/**
 * A set of addresses, networks (`10.0.0.0/8`, `2001:db8::/32`) and ranges (`192.0.2.1-192.0.2.9`).
 * A lookup takes O(log n).
 */
export class AddressSet {
  readonly #ranges: IpRanges

  /** Throws TypeError for text that is none of these. */
  constructor(networks: Iterable<string>) {
    const builder = new IpRangesBuilder()
    for (const text of networks)
      if (!/^[0-9a-fA-F:./ -]+$/.test(text) || parseFilterLine(text, builder) !== 'range')
        throw new TypeError(`"${text}" is neither an IP address nor a network such as 10.0.0.0/8`)
    this.#ranges = builder.build()
  }

  /** `words`: the address in its first one (IPv4) or four words (IPv6). */
  has(family: Family, words: Int32Array): boolean {
    if (family === FAMILY.ipv4) return this.#ranges.hasIpv4(words[0]! >>> 0)
    return family === FAMILY.ipv6 && this.#ranges.hasIpv6(words)
  }
}
