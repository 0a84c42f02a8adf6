import { altered } from './link-error.ts'

/** Maximum number of entries of a list: as many as a magnet link has. */
const MAX_ENTRIES = 1000

/** Appends values to a growing list of bytes. */
export class ByteWriter {
  readonly #bytes: number[] = []

  bytes(...parts: readonly ArrayLike<number>[]): void {
    for (const part of parts) for (let at = 0; at < part.length; at++) this.#bytes.push(part[at]!)
  }

  /** An unsigned LEB128 of at most 2^53 - 1. */
  varint(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) | 0x80)
    this.#bytes.push(rest)
  }

  /** Writes the length, and then UTF-8. */
  text(text: string): void {
    this.sized(new TextEncoder().encode(text))
  }

  sized(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.bytes(bytes)
  }

  port(port: number): void {
    this.bytes([port >> 8, port & 255])
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes)
  }
}

/**
 * Reads the output of `ByteWriter`. Every method throws `altered` if the bytes end too early or a
 * value is out of range.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get position(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  bytes(count: number): Uint8Array<ArrayBuffer> {
    if (count > this.#bytes.length - this.#at) throw altered()
    this.#at += count
    return this.#bytes.slice(this.#at - count, this.#at) as Uint8Array<ArrayBuffer>
  }

  byte(): number {
    return this.bytes(1)[0]!
  }

  varint(): number {
    let value = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * unit
      if (!Number.isSafeInteger(value)) throw altered()
      if (byte < 0x80) return value
    }
  }

  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.sized())
    } catch {
      throw altered()
    }
  }

  sized(): Uint8Array<ArrayBuffer> {
    return this.bytes(this.varint())
  }

  /** Writes the number of entries, and then each. */
  list<Entry>(readEntry: () => Entry): Entry[] {
    const count = this.varint()
    if (count > MAX_ENTRIES) throw altered()
    return Array.from({ length: count }, readEntry)
  }

  port(): number {
    return (this.byte() << 8) | this.byte()
  }
}
