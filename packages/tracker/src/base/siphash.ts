/**
 * Keyed hashes of words: SipHash-2-4 for values that must not be guessed, HalfSipHash-1-3 for
 * tables with untrusted keys.
 */

/**
 * SipHash-2-4 (Aumasson, Bernstein, 2012), with 64-bit words as pairs of 32-bit halves. The result
 * is in `low` and `high`.
 */
export class SipHash {
  low = 0
  high = 0
  readonly #key: Int32Array
  readonly #v = new Int32Array(8)

  /** `key`: 16 random bytes as four little-endian words. */
  constructor(key: Int32Array) {
    this.#key = Int32Array.from(key.subarray(0, 4))
  }

  /**
   * Hashes `count` words, an even number, which represent 4 * count bytes in little-endian order.
   */
  hash(words: Int32Array, count: number): void {
    const v = this.#v
    const key = this.#key
    // Pairs are low, high: v0 at 0, v1 at 2, v2 at 4, v3 at 6.
    v[0] = key[0]! ^ 0x70736575
    v[1] = key[1]! ^ 0x736f6d65
    v[2] = key[2]! ^ 0x6e646f6d
    v[3] = key[3]! ^ 0x646f7261
    v[4] = key[0]! ^ 0x6e657261
    v[5] = key[1]! ^ 0x6c796765
    v[6] = key[2]! ^ 0x79746573
    v[7] = key[3]! ^ 0x74656462
    for (let at = 0; at < count; at += 2) this.#compress(words[at]!, words[at + 1]!)
    // The last word of a message has its length in the highest byte.
    this.#compress(0, (4 * count) << 24)
    v[4] = v[4]! ^ 0xff
    rounds(v, 4)
    this.low = v[0]! ^ v[2]! ^ v[4]! ^ v[6]!
    this.high = v[1]! ^ v[3]! ^ v[5]! ^ v[7]!
  }

  #compress(low: number, high: number): void {
    const v = this.#v
    v[6] = v[6]! ^ low
    v[7] = v[7]! ^ high
    rounds(v, 2)
    v[0] = v[0]! ^ low
    v[1] = v[1]! ^ high
  }
}

function rounds(v: Int32Array, count: number): void {
  let a = v[0]!
  let A = v[1]!
  let b = v[2]!
  let B = v[3]!
  let c = v[4]!
  let C = v[5]!
  let d = v[6]!
  let D = v[7]!
  for (let round = 0; round < count; round++) {
    let low = (a + b) | 0
    A = (A + B + carry(low, a)) | 0
    a = low
    let swap = (b << 13) | (B >>> 19)
    B = ((B << 13) | (b >>> 19)) ^ A
    b = swap ^ a
    swap = a
    a = A
    A = swap
    low = (c + d) | 0
    C = (C + D + carry(low, c)) | 0
    c = low
    swap = (d << 16) | (D >>> 16)
    D = ((D << 16) | (d >>> 16)) ^ C
    d = swap ^ c
    low = (a + d) | 0
    A = (A + D + carry(low, a)) | 0
    a = low
    swap = (d << 21) | (D >>> 11)
    D = ((D << 21) | (d >>> 11)) ^ A
    d = swap ^ a
    low = (c + b) | 0
    C = (C + B + carry(low, c)) | 0
    c = low
    swap = (b << 17) | (B >>> 15)
    B = ((B << 17) | (b >>> 15)) ^ C
    b = swap ^ c
    swap = c
    c = C
    C = swap
  }
  v[0] = a
  v[1] = A
  v[2] = b
  v[3] = B
  v[4] = c
  v[5] = C
  v[6] = d
  v[7] = D
}

function carry(sum: number, part: number): number {
  return sum >>> 0 < part >>> 0 ? 1 : 0
}

/** HalfSipHash-1-3 of words `from` to `to`, as a signed 32-bit number. */
export function halfSip(key0: number, key1: number, words: Int32Array, from: number, to: number): number {
  let v0 = key0
  let v1 = key1
  let v2 = key0 ^ 0x6c796765
  let v3 = key1 ^ 0x74656462
  // The length of the message ends it, followed by three more rounds.
  for (let at = from; at < to + 4; at++) {
    const word = at < to ? words[at]! : at === to ? (to - from) << 26 : 0
    if (at === to + 1) v2 ^= 0xff
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  return v1 ^ v3
}
