import { fromUtf8 } from '../base/bytes.ts'

/**
 * A dictionary as it is read: keys are byte strings, kept as text of one character a byte (ISO 8859-1). A Map, so that no key of a
 * stranger's can reach an object's prototype.
 */
export type BencodeDictionary = Map<string, BencodeValue>

/** What bencoded bytes decode to. Integers beyond 2^53 are bigints; all others are numbers. */
export type BencodeValue = number | bigint | Uint8Array | BencodeValue[] | BencodeDictionary

/** The value when it is a byte string. */
export function asBytes(value: BencodeValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined
}

/** The value as UTF-8 text when it is a byte string; malformed sequences become U+FFFD. */
export function asText(value: BencodeValue | undefined): string | undefined {
  return value instanceof Uint8Array ? fromUtf8(value) : undefined
}

/** The value when it is an integer of at most 2^53 - 1 either way. */
export function asInteger(value: BencodeValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** The value when it is a list. */
export function asList(value: BencodeValue | undefined): BencodeValue[] | undefined {
  return Array.isArray(value) ? value : undefined
}

/** The value when it is a dictionary. */
export function asDictionary(value: BencodeValue | undefined): BencodeDictionary | undefined {
  return value instanceof Map ? value : undefined
}
