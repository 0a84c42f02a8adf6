import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { latin1 } from './bytes.ts'

/** RFC 8410: SubjectPublicKeyInfo of an Ed25519 key up to the key. */
const SPKI = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00])

/** Most recently used keys, by their bytes: creating a key takes a fifth as long as verifying. */
const KEYS = new Map<string, KeyObject>()
const MAX_KEYS = 256

/**
 * Returns true if `signature` (64 bytes) is a signature of `message` by the owner of the Ed25519
 * key (32 bytes). Never throws.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    return verify(null, message, keyOf(publicKey), signature)
  } catch {
    return false
  }
}

function keyOf(publicKey: Uint8Array): KeyObject {
  const bytes = latin1(publicKey)
  const known = KEYS.get(bytes)
  if (known) return known
  const key = createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' })
  if (KEYS.size >= MAX_KEYS) KEYS.delete(KEYS.keys().next().value!)
  KEYS.set(bytes, key)
  return key
}
