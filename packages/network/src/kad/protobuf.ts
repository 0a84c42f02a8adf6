/**
 * The subset of Protocol Buffers used by the DHT's messages: varint and length-delimited fields
 * (wire types 0 and 2).
 */
import { ShoalError } from '@shoal/torrent'

/**
 * A field of a message: its number, and a number or bytes, depending on its wire type. The bytes
 * are a view.
 */
export type Field = readonly [number: number, value: number | Uint8Array]

/**
 * Iterates over the fields of a message in order. Reads 64-bit values up to 2^53. Throws
 * `bad-message` for anything that is not a message, and for unused wire types (fixed size and
 * groups).
 */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * scale
      if (byte < 0x80 && value <= Number.MAX_SAFE_INTEGER) return value
    }
    throw new ShoalError('bad-message', 'A varint is cut off or too large')
  }
  while (at < bytes.length) {
    const tag = varint()
    const field = Math.floor(tag / 8)
    const wireType = tag % 8
    if (field === 0) throw new ShoalError('bad-message', 'Fields are numbered from 1')
    if (wireType === 0) yield [field, varint()]
    else if (wireType === 2) {
      const length = varint()
      if (length > bytes.length - at) throw new ShoalError('bad-message', `Field ${field} is cut off`)
      yield [field, bytes.subarray(at, at + length)]
      at += length
    } else throw new ShoalError('bad-message', `Field ${field} has wire type ${wireType}`)
  }
}

/** Writes the fields of a message in the given order. Numbers are 0 to 2^53 - 1. */
export function writeFields(fields: readonly Field[]): Uint8Array {
  let size = 0
  for (const [field, value] of fields) {
    const isNumber = typeof value === 'number'
    size +=
      varintBytes(field * 8) + varintBytes(isNumber ? value : value.length) + (isNumber ? 0 : value.length)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  const varint = (value: number) => {
    let rest = value
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80
    bytes[at++] = rest
  }
  for (const [field, value] of fields) {
    const isNumber = typeof value === 'number'
    varint(field * 8 + (isNumber ? 0 : 2))
    varint(isNumber ? value : value.length)
    if (isNumber) continue
    bytes.set(value, at)
    at += value.length
  }
  return bytes
}

function varintBytes(value: number): number {
  let count = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) count++
  return count
}
