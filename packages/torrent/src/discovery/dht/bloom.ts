/** Bloom filters, with which DHT nodes jointly count a swarm without naming its peers (BEP 33). */
import { sha1 } from '#crypto'

// BEP 33: m = 256 * 8 bits, k = 2.
const FILTER_BITS = 2048
const HASH_COUNT = 2
export const BLOOM_BYTES = FILTER_BITS / 8

/** A set of IP addresses that can be merged with others and counted, but not listed. */
export class BloomFilter {
  readonly bytes = new Uint8Array(BLOOM_BYTES)

  /** Adds an address of 4 or 16 bytes. */
  add(ip: Uint8Array): void {
    const hash = sha1(ip)
    this.#set(hash[0]! | (hash[1]! << 8))
    this.#set(hash[2]! | (hash[3]! << 8))
  }

  /** Returns false if the address was certainly not added. */
  mayHave(ip: Uint8Array): boolean {
    const hash = sha1(ip)
    return this.#has(hash[0]! | (hash[1]! << 8)) && this.#has(hash[2]! | (hash[3]! << 8))
  }

  /**
   * Adds all addresses of another filter. Returns false and adds nothing if `bytes` does not have
   * 256 bytes (BEP 33).
   */
  unite(bytes: Uint8Array): boolean {
    if (bytes.length !== BLOOM_BYTES) return false
    for (let i = 0; i < BLOOM_BYTES; i++) this.bytes[i]! |= bytes[i]!
    return true
  }

  /**
   * Estimates how many addresses were added. Above about 6,000 the estimate is useless (BEP 33).
   */
  estimate(): number {
    let zeros = 0
    for (const byte of this.bytes) for (let rest = ~byte & 0xff; rest > 0; rest &= rest - 1) zeros++
    // Clamp at the bottom too, unlike BEP 33: a full filter, from a liar or a huge swarm, would
    // give an infinite estimate.
    const counted = Math.max(1, Math.min(FILTER_BITS - 1, zeros))
    return zeros === FILTER_BITS
      ? 0
      : Math.log(counted / FILTER_BITS) / (HASH_COUNT * Math.log(1 - 1 / FILTER_BITS))
  }

  #set(index: number): void {
    const bit = index % FILTER_BITS
    this.bytes[bit >>> 3]! |= 1 << (bit & 7)
  }

  #has(index: number): boolean {
    const bit = index % FILTER_BITS
    return (this.bytes[bit >>> 3]! & (1 << (bit & 7))) !== 0
  }
}
