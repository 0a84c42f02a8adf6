import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js'
import { equalBytes } from './bytes.ts'

const { Point } = ed25519
const { ORDER } = Point.Fn

/**
 * Returns true if `signature` (64 bytes) is a signature of `message` by the owner of the Ed25519
 * key (32 bytes). Never throws. It computes R and compares its bytes, as Node does: the library's
 * own check also accepts an R with a small-order component (RFC 8032, 5.1.7, permits both), so a
 * signer could make browsers and nodes disagree.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    const [r, s] = [signature.subarray(0, 32), numberOf(signature.subarray(32))]
    if (s >= ORDER) return false
    const key = Point.fromBytes(publicKey)
    if (key.isSmallOrder()) return false
    const k = numberOf(sha512(concatBytes(r, publicKey, message))) % ORDER
    const computed = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toBytes()
    return equalBytes(computed, r)
  } catch {
    return false
  }
}

/** Reads an integer, least significant byte first. */
function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(bytes.slice().reverse())}`)
}
