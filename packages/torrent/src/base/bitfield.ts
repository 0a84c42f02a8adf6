/**
 * A fixed number of bits, most significant bit first in each byte, as in the bitfield message of
 * BEP 3.
 */
export class Bitfield {
  readonly length: number
  readonly bytes: Uint8Array
  #count = 0

  constructor(length: number) {
    this.length = length
    this.bytes = new Uint8Array((length + 7) >>> 3)
  }

  static full(length: number): Bitfield {
    const field = new Bitfield(length)
    field.setAll()
    return field
  }

  /**
   * Copies `bytes`. Returns null if their number is wrong or a spare bit at the end is set (BEP 3
   * forbids both).
   */
  static from(bytes: Uint8Array, length: number): Bitfield | null {
    const field = new Bitfield(length)
    if (bytes.length !== field.bytes.length) return null
    const spare = field.bytes.length * 8 - length
    if (spare > 0 && (bytes[bytes.length - 1]! & ((1 << spare) - 1)) !== 0) return null
    field.bytes.set(bytes)
    for (const byte of bytes) field.#count += BIT_COUNT[byte]!
    return field
  }

  /** Number of bits that are set. */
  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.length
  }

  has(index: number): boolean {
    return (this.bytes[index >>> 3]! & (0x80 >>> (index & 7))) !== 0
  }

  /** Returns true if the bit was clear before; false also for an index out of range. */
  set(index: number): boolean {
    if (index < 0 || index >= this.length || this.has(index)) return false
    this.bytes[index >>> 3]! |= 0x80 >>> (index & 7)
    this.#count++
    return true
  }

  /** Returns true if the bit was set before; false also for an index out of range. */
  clear(index: number): boolean {
    if (index < 0 || index >= this.length || !this.has(index)) return false
    this.bytes[index >>> 3]! &= ~(0x80 >>> (index & 7))
    this.#count--
    return true
  }

  setAll(): void {
    this.bytes.fill(0xff)
    const spare = this.bytes.length * 8 - this.length
    if (spare > 0) this.bytes[this.bytes.length - 1] = (0xff << spare) & 0xff
    this.#count = this.length
  }

  clearAll(): void {
    this.bytes.fill(0)
    this.#count = 0
  }

  clone(): Bitfield {
    const field = new Bitfield(this.length)
    field.bytes.set(this.bytes)
    field.#count = this.#count
    return field
  }
}

const BIT_COUNT = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0
  for (let rest = byte; rest > 0; rest &= rest - 1) count++
  return count
})
