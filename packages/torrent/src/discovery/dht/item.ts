/** Items stored in the DHT (BEP 44). No I/O, and no signatures: see item-check.ts. */
import { sha1 } from '#crypto'
import { concat, utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { type BencodeInput, type BencodeValue, decode, encode } from '../../bencode/bencode.ts'

/** BEP 44: nodes may reject longer values. */
export const MAX_VALUE_BYTES = 1000
export const MAX_SALT_BYTES = 64
export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
/** BEP 44: the greatest sequence number. */
export const MAX_SEQUENCE = 2n ** 63n - 1n
const VALUE_LIMITS = { depth: 16, items: 500 }

/**
 * Identifies an item: by the SHA-1 hash of its value if it is immutable, by its owner's key and a
 * salt if it is mutable.
 */
export type DhtItemKey =
  | { readonly target: Uint8Array }
  | {
      /** Ed25519, 32 bytes. */
      readonly publicKey: Uint8Array
      /** At most 64 bytes. Default: none. */
      readonly salt?: Uint8Array
    }

/** An item whose value never changes. */
export interface ImmutableItem {
  /** Bencoded, at most 1,000 bytes. */
  readonly value: Uint8Array
}

/** An item that the owner of a key can replace by one with a greater sequence number. */
export interface MutableItem extends ImmutableItem {
  readonly publicKey: Uint8Array
  /** 0 to 64 bytes. */
  readonly salt: Uint8Array
  /** 0 to 2^63 - 1. */
  readonly seq: bigint
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array
}

export type DhtItem = ImmutableItem | MutableItem

export function isMutable(item: DhtItem): item is MutableItem {
  return 'signature' in item
}

/** Returns the 20-byte ID under which the item is stored. */
export function itemTarget(item: DhtItem | DhtItemKey): Uint8Array {
  if ('publicKey' in item) return sha1(concat([item.publicKey, item.salt ?? new Uint8Array(0)]))
  return 'target' in item ? item.target : sha1(item.value)
}

/**
 * The bytes that the owner of a mutable item signs (BEP 44, "Signature Verification"). `value`:
 * bencoded.
 */
export function signedBytes({ salt, seq, value }: Pick<MutableItem, 'salt' | 'seq' | 'value'>): Uint8Array {
  const prefix = salt.length > 0 ? concat([utf8(`4:salt${salt.length}:`), salt]) : salt
  return concat([prefix, utf8(`3:seqi${seq}e1:v`), value])
}

/** Creates an immutable item. Throws `bad-argument` if its value has more than 1,000 bytes. */
export function createItem(value: BencodeInput): ImmutableItem {
  const bytes = encode(value)
  if (!isItemValue(bytes)) {
    throw new ShoalError('bad-argument', `A DHT item holds at most ${MAX_VALUE_BYTES} bytes`)
  }
  return { value: bytes }
}

/**
 * Creates a mutable item. `sign` returns the Ed25519 signature of a message, so that the secret key
 * stays with the caller. Throws `bad-argument` if the value, the salt or the sequence number is out
 * of bounds.
 */
export function signItem({
  value,
  sign,
  ...rest
}: Pick<MutableItem, 'publicKey' | 'salt' | 'seq'> & {
  readonly value: BencodeInput
  sign(message: Uint8Array): Uint8Array
}): MutableItem {
  const item = { ...rest, ...createItem(value) }
  if (item.salt.length > MAX_SALT_BYTES || item.publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new ShoalError('bad-argument', 'A DHT item has a key of 32 bytes and a salt of at most 64 bytes')
  }
  if (item.seq < 0n || item.seq > MAX_SEQUENCE) {
    throw new ShoalError('bad-argument', 'The sequence number of a DHT item is 0 to 2^63 - 1')
  }
  return { ...item, signature: sign(signedBytes(item)) }
}

/**
 * Returns true if the bytes are one canonically encoded value of at most 1,000 bytes: programs that
 * encode it again must not change its hash.
 */
export function isItemValue(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length > MAX_VALUE_BYTES) return false
  try {
    decode(bytes, VALUE_LIMITS)
    return true
  } catch {
    return false
  }
}

/**
 * Returns the value if it is a sequence number: BEP 44 allows rejecting those below 0 and above
 * 2^63 - 1.
 */
export function asSequence(value: BencodeValue | undefined): bigint | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined
  const seq = BigInt(value)
  return seq >= 0n && seq <= MAX_SEQUENCE ? seq : undefined
}
