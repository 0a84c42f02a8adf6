import { latin1 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import type { BencodeDictionary, BencodeValue } from './values.ts'

/** Limits of a decoder. Input that exceeds one is rejected before anything is allocated for it. */
export interface DecodeLimits {
  /**
   * Greatest nesting depth of lists and dictionaries. Default 32; at most 512, since the decoder
   * recurses.
   */
  depth?: number
  /** Greatest number of values in all. Default 100,000. */
  items?: number
  /**
   * Accept dictionaries whose keys are not sorted, as some programs write them. A repeated key is
   * always rejected. Default false.
   */
  unsortedKeys?: boolean
}

/** Longest dictionary key in bytes. The longest keys in practice are file names (BEP 52). */
export const MAX_KEY_BYTES = 1024
/**
 * Longest integer in digits. BEP 3 sets no bound, but parsing takes time quadratic in the length.
 */
export const MAX_INTEGER_DIGITS = 256

const DEFAULT_DEPTH = 32
const MAX_DEPTH = 512
const DEFAULT_ITEMS = 100_000

const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const MINUS = 0x2d
const DICTIONARY = 0x64
const END = 0x65
const INTEGER = 0x69
const LIST = 0x6c

/**
 * Decodes one bencoded value (BEP 3) that takes up all of `bytes`. Byte strings are views into
 * `bytes`: copy them if they must outlive it. Throws `bad-bencode`, with the offset, for anything
 * BEP 3 forbids (leading zeros, `-0`, unsorted or repeated keys, trailing bytes) and for input that
 * exceeds a limit.
 */
export function decode(bytes: Uint8Array, limits: DecodeLimits = {}): BencodeValue {
  const { value, end } = decodePrefix(bytes, limits)
  if (end < bytes.length) throw malformed(`has ${bytes.length - end} trailing bytes`, end)
  return value
}

/**
 * Like `decode`, but ignores what follows the value (in BEP 9, raw payload). `end` is the offset of
 * the byte after the value.
 */
export function decodePrefix(
  bytes: Uint8Array,
  limits: DecodeLimits = {},
): { value: BencodeValue; end: number } {
  const decoder = new Decoder(bytes, limits)
  const value = decoder.value(0)
  return { value, end: decoder.at }
}

/** A dictionary with the exact bytes of each of its values. */
export interface RawDictionary {
  readonly dictionary: BencodeDictionary
  /**
   * Returns the encoded value of a key as a view, or undefined. Info hashes are computed over these
   * bytes (BEP 3, BEP 52).
   */
  raw(key: string): Uint8Array | undefined
  /** Offset of the byte after the dictionary. */
  readonly end: number
}

/**
 * Like `decodePrefix`, for a dictionary whose values are also needed as they were written. Throws
 * `bad-bencode` if the value is not a dictionary.
 */
export function decodeRaw(bytes: Uint8Array, limits: DecodeLimits = {}): RawDictionary {
  const decoder = new Decoder(bytes, limits)
  const ranges = new Map<string, readonly [number, number]>()
  const dictionary = decoder.dictionary(ranges)
  return {
    dictionary,
    end: decoder.at,
    raw(key) {
      const range = ranges.get(key)
      return range && plain(bytes).subarray(range[0], range[1])
    },
  }
}

/** Wraps a Node Buffer in a plain view, since its `subarray` returns Buffers. */
function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array
    ? bytes
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function malformed(what: string, at: number): ShoalError {
  return new ShoalError('bad-bencode', `Bencoded data ${what} at byte ${at}`)
}

class Decoder {
  at = 0
  readonly #bytes: Uint8Array
  readonly #depth: number
  readonly #items: number
  readonly #unsorted: boolean
  #count = 0

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#bytes = plain(bytes)
    this.#depth = Math.min(limits.depth ?? DEFAULT_DEPTH, MAX_DEPTH)
    this.#items = limits.items ?? DEFAULT_ITEMS
    this.#unsorted = limits.unsortedKeys ?? false
  }

  value(depth: number): BencodeValue {
    const byte = this.#bytes[this.at]
    if (byte === undefined) throw malformed('ends too early', this.at)
    if (++this.#count > this.#items) throw malformed(`has more than ${this.#items} values`, this.at)
    if (byte >= ZERO && byte <= NINE) return this.#string()
    if (byte === INTEGER) return this.#integer()
    if (byte !== LIST && byte !== DICTIONARY) throw malformed('has no value', this.at)
    if (depth >= this.#depth) throw malformed(`nests deeper than ${this.#depth}`, this.at)
    return byte === LIST ? this.#list(depth + 1) : this.#entries(depth + 1)
  }

  dictionary(ranges: Map<string, readonly [number, number]>): BencodeDictionary {
    if (this.#bytes[this.at] !== DICTIONARY) throw malformed('has no dictionary', this.at)
    return this.#entries(1, ranges)
  }

  #list(depth: number): BencodeValue[] {
    const values: BencodeValue[] = []
    this.at++
    while (this.#bytes[this.at] !== END) values.push(this.value(depth))
    this.at++
    return values
  }

  #entries(depth: number, ranges?: Map<string, readonly [number, number]>): BencodeDictionary {
    const entries: BencodeDictionary = new Map()
    let previous: string | undefined
    let sorted = true
    this.at++
    while (this.#bytes[this.at] !== END) {
      const keyAt = this.at
      const key = this.#key()
      if (!sorted || (previous !== undefined && key <= previous)) {
        if (entries.has(key)) throw malformed('repeats a key', keyAt)
        if (!this.#unsorted) throw malformed('has a key out of order', keyAt)
        sorted = false
      }
      previous = key
      const begin = this.at
      entries.set(key, this.value(depth))
      ranges?.set(key, [begin, this.at])
    }
    this.at++
    return entries
  }

  #key(): string {
    const keyAt = this.at
    const length = this.#stringLength()
    if (length > MAX_KEY_BYTES) throw malformed(`has a key longer than ${MAX_KEY_BYTES} bytes`, keyAt)
    const key = latin1(this.#bytes.subarray(this.at, this.at + length))
    this.at += length
    return key
  }

  #string(): Uint8Array {
    const length = this.#stringLength()
    const begin = this.at
    this.at += length
    return this.#bytes.subarray(begin, this.at)
  }

  /** Reads `<digits>:` and checks that this many bytes follow. Leaves `at` on the first of them. */
  #stringLength(): number {
    const bytes = this.#bytes
    const lengthAt = this.at
    let length = 0
    let byte = bytes[this.at]
    while (byte !== undefined && byte >= ZERO && byte <= NINE) {
      length = length * 10 + (byte - ZERO)
      if (length > bytes.length) throw malformed('has a string longer than the data', lengthAt)
      byte = bytes[++this.at]
    }
    if (byte === undefined) throw malformed('ends too early', this.at)
    if (byte !== COLON || this.at === lengthAt) throw malformed('has a malformed string length', lengthAt)
    if (bytes[lengthAt] === ZERO && this.at > lengthAt + 1) {
      throw malformed('has a string length with a leading zero', lengthAt)
    }
    this.at++
    if (length > bytes.length - this.at) throw malformed('has a string longer than the data', lengthAt)
    return length
  }

  #integer(): number | bigint {
    const bytes = this.#bytes
    const begin = ++this.at
    const negative = bytes[begin] === MINUS
    if (negative) this.at++
    const digitsAt = this.at
    let value = 0
    let byte = bytes[this.at]
    while (byte !== undefined && byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO)
      byte = bytes[++this.at]
      if (this.at - digitsAt > MAX_INTEGER_DIGITS) {
        throw malformed(`has an integer of more than ${MAX_INTEGER_DIGITS} digits`, begin - 1)
      }
    }
    const digits = this.at - digitsAt
    if (byte === undefined) throw malformed('ends too early', this.at)
    if (byte !== END || digits === 0) throw malformed('has a malformed integer', begin - 1)
    // BEP 3: leading zeros and -0 are invalid.
    if (bytes[digitsAt] === ZERO && (digits > 1 || negative)) {
      throw malformed('has an integer with a leading zero', begin - 1)
    }
    this.at++
    if (value <= Number.MAX_SAFE_INTEGER) return negative ? -value : value
    const text = latin1(bytes.subarray(digitsAt, digitsAt + digits))
    return negative ? -BigInt(text) : BigInt(text)
  }
}
