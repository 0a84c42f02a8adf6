import { fromUtf8 } from '../base/bytes.ts'

/**
 * A decoded dictionary. Keys are byte strings with one character per byte (ISO 8859-1). It is a
 * Map, so that no key in foreign input can reach an object's prototype.
 */
export type BencodeDictionary = Map<string, BencodeValue>

/** A decoded value. Integers that do not fit a number exactly (2^53 and above) are bigints. */
export type BencodeValue = number | bigint | Uint8Array | BencodeValue[] | BencodeDictionary

/** Returns the value if it is a byte string. */
export function asBytes(value: BencodeValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined
}

/** Returns the value decoded as UTF-8 if it is a byte string; malformed sequences become U+FFFD. */
export function asText(value: BencodeValue | undefined): string | undefined {
  return value instanceof Uint8Array ? fromUtf8(value) : undefined
}

/** Returns the value if it is an integer between -(2^53 - 1) and 2^53 - 1. */
export function asInteger(value: BencodeValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Returns the value if it is a list. */
export function asList(value: BencodeValue | undefined): BencodeValue[] | undefined {
  return Array.isArray(value) ? value : undefined
}

/** Returns the value if it is a dictionary. */
export function asDictionary(value: BencodeValue | undefined): BencodeDictionary | undefined {
  return value instanceof Map ? value : undefined
}
