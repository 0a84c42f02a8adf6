import { parseIp, unmapIp } from './ip.ts'

/** Ranges that one table may hold; an IPv4 range takes 8 bytes and an IPv6 range 32. */
export const MAX_IP_RANGES = 20_000_000

/**
 * A set of IP addresses, kept as sorted ranges without an object per range. A lookup takes O(log
 * n). IPv4-mapped IPv6 addresses count as IPv4.
 */
export class IpRanges {
  /** Last and first address of each range. */
  readonly #ipv4: Uint32Array
  /** First and last address of each range, four words each. */
  readonly #ipv6: Uint32Array

  /** Use `IpRangesBuilder`. Takes sorted, disjoint ranges. */
  constructor(ipv4: Uint32Array, ipv6: Uint32Array) {
    this.#ipv4 = ipv4
    this.#ipv6 = ipv6
  }

  /** Number of disjoint ranges: overlapping and adjacent ones count once. */
  get size(): number {
    return this.#ipv4.length / 2 + this.#ipv6.length / 8
  }

  /** Returns false for text that is not an IP address. */
  has(address: string): boolean {
    if (this.size === 0) return false
    const bytes = parseIp(address)
    if (!bytes) return false
    const words = ipWords(unmapIp(bytes))
    return words.length === 1 ? this.hasIpv4(words[0]!) : this.hasIpv6(words)
  }

  /** `address`: as an unsigned integer. */
  hasIpv4(address: number): boolean {
    const at = lastIndex(this.#ipv4.length / 2, i => this.#ipv4[2 * i + 1]! <= address)
    return at >= 0 && this.#ipv4[2 * at]! >= address
  }

  /** `words`: the address in four words, signed or not, most significant first. */
  hasIpv6(words: ArrayLike<number>): boolean {
    const table = this.#ipv6
    const at = lastIndex(table.length / 8, i => compareWords(table, 8 * i, words, 0) <= 0)
    return at >= 0 && compareWords(table, 8 * at + 4, words, 0) >= 0
  }
}

/** Collects ranges in any order. */
export class IpRangesBuilder {
  #ipv4 = new Uint32Array(256)
  #ipv4Length = 0
  #ipv6 = new Uint32Array(256)
  #ipv6Length = 0

  /** Number of ranges that were added. */
  get count(): number {
    return this.#ipv4Length / 2 + this.#ipv6Length / 8
  }

  /** Adds the addresses from `first` to `last`, as unsigned integers. */
  addIpv4(first: number, last: number): void {
    if (this.#ipv4Length === this.#ipv4.length) this.#ipv4 = doubled(this.#ipv4)
    this.#ipv4[this.#ipv4Length++] = last
    this.#ipv4[this.#ipv4Length++] = first
  }

  /**
   * Adds the addresses from `first` to `last`, of 4 or 16 bytes. Returns false if the families
   * differ or `last` comes first.
   */
  add(first: Uint8Array, last: Uint8Array): boolean {
    const [from, to] = [ipWords(unmapIp(first)), ipWords(unmapIp(last))]
    if (from.length !== to.length || compareWords(from, 0, to, 0, from.length) > 0) return false
    if (from.length === 1) this.addIpv4(from[0]!, to[0]!)
    else {
      if (this.#ipv6Length === this.#ipv6.length) this.#ipv6 = doubled(this.#ipv6)
      this.#ipv6.set(from, this.#ipv6Length)
      this.#ipv6.set(to, this.#ipv6Length + 4)
      this.#ipv6Length += 8
    }
    return true
  }

  build(): IpRanges {
    const ipv4 = mergeIpv4(this.#ipv4.slice(0, this.#ipv4Length))
    return new IpRanges(ipv4, mergeIpv6(this.#ipv6.slice(0, this.#ipv6Length)))
  }
}

/**
 * Returns the addresses of a network such as `10.0.0.0/8`, or null if the prefix is longer than the
 * address.
 */
export function networkRange(address: Uint8Array, prefixBits: number): [Uint8Array, Uint8Array] | null {
  if (prefixBits > address.length * 8) return null
  const first = address.slice()
  const last = address.slice()
  for (const [i, byte] of address.entries()) {
    const hostBits = Math.min(8, Math.max(0, 8 * (i + 1) - prefixBits))
    const hostMask = (1 << hostBits) - 1
    first[i] = byte & ~hostMask
    last[i] = byte | hostMask
  }
  return [first, last]
}

/** One or four big-endian words of 4 or 16 bytes. */
function ipWords(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i))
}

function compareWords(
  a: ArrayLike<number>,
  atA: number,
  b: ArrayLike<number>,
  atB: number,
  count = 4,
): number {
  for (let i = 0; i < count; i++) {
    const difference = (a[atA + i]! >>> 0) - (b[atB + i]! >>> 0)
    if (difference !== 0) return difference
  }
  return 0
}

/**
 * The last of `count` indexes for which `holds` is true, given that it is true for none after one
 * for which it is false; or -1.
 */
function lastIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Sorts and merges in place. */
function mergeIpv4(table: Uint32Array): Uint32Array {
  // All machines that run JavaScript are little-endian: the second word of a pair, the first
  // address, is the more significant one.
  if (!isSorted(table.length / 2, i => table[2 * i + 1]! <= table[2 * i + 3]!))
    new BigUint64Array(table.buffer).sort()
  let length = 0
  for (let i = 0; i < table.length; i += 2) {
    const [last, first] = [table[i]!, table[i + 1]!]
    if (length > 0 && first <= table[length - 2]! + 1) table[length - 2] = Math.max(table[length - 2]!, last)
    else {
      table[length++] = last
      table[length++] = first
    }
  }
  return table.slice(0, length)
}

/** Sorts and merges into a new table. */
function mergeIpv6(table: Uint32Array): Uint32Array {
  const order = Uint32Array.from({ length: table.length / 8 }, (_, i) => 8 * i)
  const compare = (a: number, b: number) => compareWords(table, a, table, b)
  if (!isSorted(order.length, i => compare(order[i]!, order[i + 1]!) <= 0)) order.sort(compare)
  const merged = new Uint32Array(table.length)
  let length = 0
  for (const at of order) {
    const last = table.subarray(at + 4, at + 8)
    if (length > 0 && compareWords(table, at, merged, length - 4) <= 0) {
      if (compareWords(last, 0, merged, length - 4) > 0) merged.set(last, length - 4)
    } else {
      merged.set(table.subarray(at, at + 8), length)
      length += 8
    }
  }
  return merged.slice(0, length)
}

function isSorted(count: number, isPairInOrder: (index: number) => boolean): boolean {
  for (let i = 0; i + 1 < count; i++) if (!isPairInOrder(i)) return false
  return true
}

function doubled(table: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * table.length)
  larger.set(table)
  return larger
}
