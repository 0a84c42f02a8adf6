import { verifyEd25519 } from '#ed25519'
import { equalBytes } from '../../base/bytes.ts'
import {
  type DhtItem,
  isItemValue,
  isMutable,
  itemTarget,
  MAX_SALT_BYTES,
  MAX_SEQUENCE,
  type MutableItem,
  signedBytes,
} from './item.ts'
import type { NodeResponse } from './response.ts'

/** Returns true if the owner of the item's key signed it. Takes about 0.1 ms. */
export function isSigned(item: MutableItem): boolean {
  return verifyEd25519(item.publicKey, signedBytes(item), item.signature)
}

/** Returns true if nodes that follow BEP 44 would store the item. */
export function isStorable(item: DhtItem): boolean {
  if (!isItemValue(item.value)) return false
  if (!isMutable(item)) return true
  const { salt, seq } = item
  return salt.length <= MAX_SALT_BYTES && seq >= 0n && seq <= MAX_SEQUENCE && isSigned(item)
}

/**
 * Returns the item in a response to a lookup of `target`, or null if there is none, or not that
 * one. The signature of a mutable item is not verified yet. `salt`: of the key that was looked up,
 * since nodes do not repeat it.
 */
export function itemIn({ item, seq }: NodeResponse, target: Uint8Array, salt: Uint8Array): DhtItem | null {
  if (!item) return null
  const { value, publicKey, signature } = item
  const mutable = publicKey && signature && seq !== undefined
  const found: DhtItem = mutable ? { value, publicKey, salt, seq, signature } : { value }
  // BEP 44: the hash of the value, or of key and salt, must be the target.
  return equalBytes(itemTarget(found), target) ? found : null
}
