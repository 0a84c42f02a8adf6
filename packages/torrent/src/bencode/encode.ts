import { utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'

/**
 * A value that is already encoded and is written verbatim: an info dictionary must keep its bytes
 * to keep its hash.
 */
export class Encoded {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/**
 * A value that can be encoded. Strings are encoded as UTF-8. Keys of objects and Maps have one
 * character per byte, as `decode` returns them. Entries that are undefined are left out.
 */
export type BencodeInput =
  | number
  | bigint
  | string
  | Uint8Array
  | Encoded
  | readonly BencodeInput[]
  | BencodeInputDictionary

export type BencodeInputDictionary =
  | ReadonlyMap<string, BencodeInput | undefined>
  | { readonly [key: string]: BencodeInput | undefined }

/** Deeper nesting is assumed to be a value that contains itself. */
const MAX_DEPTH = 512

/**
 * Encodes a value (BEP 3) with sorted keys. Throws `bad-argument` for fractions, numbers of 2^53
 * and above that are not bigints, keys with characters above U+00FF, and values that contain
 * themselves.
 */
export function encode(value: BencodeInput): Uint8Array {
  const writer = new Writer()
  write(writer, value, 0)
  return writer.finish()
}

function write(writer: Writer, value: BencodeInput, depth: number): void {
  if (depth > MAX_DEPTH) throw unencodable('a value nested too deeply, or inside itself')
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw unencodable(`the number ${value}; pass integers beyond 2^53 as bigint`)
    writer.ascii(`i${value}e`)
  } else if (typeof value === 'bigint') writer.ascii(`i${value}e`)
  else if (typeof value === 'string') writer.string(utf8(value))
  else if (value instanceof Uint8Array) writer.string(value)
  else if (value instanceof Encoded) writer.bytes(value.bytes)
  else if (Array.isArray(value)) {
    writer.ascii('l')
    for (const item of value) write(writer, item, depth + 1)
    writer.ascii('e')
  } else if (typeof value === 'object' && value !== null) {
    writeDictionary(writer, value as BencodeInputDictionary, depth)
  } else throw unencodable(`a value of type ${typeof value}`)
}

function writeDictionary(writer: Writer, entries: BencodeInputDictionary, depth: number): void {
  const map = entries instanceof Map ? (entries as ReadonlyMap<string, BencodeInput | undefined>) : null
  const object = entries as { readonly [key: string]: BencodeInput | undefined }
  writer.ascii('d')
  // BEP 3: keys are sorted as raw strings. With one character per byte, that is the default order.
  for (const key of (map ? [...map.keys()] : Object.keys(object)).sort()) {
    const entry = map ? map.get(key) : object[key]
    if (entry === undefined) continue
    writeKey(writer, key)
    write(writer, entry, depth + 1)
  }
  writer.ascii('e')
}

function writeKey(writer: Writer, key: string): void {
  for (let i = 0; i < key.length; i++) {
    if (key.charCodeAt(i) > 0xff)
      throw unencodable('a key with a character above U+00FF; keys have one character per byte')
  }
  writer.ascii(`${key.length}:${key}`)
}

function unencodable(what: string): ShoalError {
  return new ShoalError('bad-argument', `Bencoding cannot hold ${what}`)
}

/** A buffer that grows by doubling. */
class Writer {
  #buffer = new Uint8Array(256)
  #length = 0

  /** Appends characters up to U+00FF, one byte each. */
  ascii(text: string): void {
    this.#reserve(text.length)
    for (let i = 0; i < text.length; i++) this.#buffer[this.#length++] = text.charCodeAt(i)
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  string(bytes: Uint8Array): void {
    this.ascii(`${bytes.length}:`)
    this.bytes(bytes)
  }

  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
