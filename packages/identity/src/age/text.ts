/** The texts of age's keys: Bech32 (BIP 173) of 32 bytes. */
import { x25519 } from '@noble/curves/ed25519.js'
import { bech32 } from '@scure/base'
import { IdentityError } from '../identity-error.ts'

const RECIPIENT = 'age'
const SECRET = 'AGE-SECRET-KEY-'

/** `age1…` of an X25519 public key. */
export function formatRecipient(publicKey: Uint8Array): string {
  return bech32.encodeFromBytes(RECIPIENT, publicKey)
}

/** The X25519 public key of `age1…`. Throws `bad-key`. */
export function parseRecipient(text: string): Uint8Array {
  const key = decode(text, RECIPIENT)
  if (!key || !isUsable(key))
    throw new IdentityError(
      'bad-key',
      'this is no key of age (age1…), or a part of it is missing: copy all of it',
    )
  return key
}

/** `AGE-SECRET-KEY-1…` of an X25519 secret key. */
export function formatSecretKey(secretKey: Uint8Array): string {
  return bech32.encodeFromBytes(SECRET, secretKey).toUpperCase()
}

/** The X25519 secret key of `AGE-SECRET-KEY-1…`. Throws `bad-key`. */
export function parseSecretKey(text: string): Uint8Array {
  const key = decode(text, SECRET.toLowerCase())
  if (!key)
    throw new IdentityError(
      'bad-key',
      'this is no secret key of age (AGE-SECRET-KEY-1…), or a part of it is missing',
    )
  return key
}

function decode(text: string, prefix: string): Uint8Array | null {
  try {
    const decoded = bech32.decodeToBytes(text.trim())
    return decoded.prefix === prefix && decoded.bytes.length === 32 ? decoded.bytes : null
  } catch {
    return null
  }
}

/** Not of small order: nothing is secret between such a key and anybody. */
function isUsable(publicKey: Uint8Array): boolean {
  try {
    x25519.getSharedSecret(new Uint8Array(32).fill(1), publicKey)
    return true
  } catch {
    return false
  }
}
