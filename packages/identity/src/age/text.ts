/** Text forms of age keys: Bech32 (BIP 173) of 32 bytes. */
import { x25519 } from '@noble/curves/ed25519.js'
import { bech32 } from '@scure/base'
import { IdentityError } from '../identity-error.ts'

const RECIPIENT = 'age'
const SECRET = 'AGE-SECRET-KEY-'

/** Formats an X25519 public key as `age1…`. */
export function formatRecipient(publicKey: Uint8Array): string {
  return bech32.encodeFromBytes(RECIPIENT, publicKey)
}

/** Parses the X25519 public key of `age1…`. Throws `bad-key`. */
export function parseRecipient(text: string): Uint8Array {
  const key = decode(text, RECIPIENT)
  if (!key || !isUsable(key))
    throw new IdentityError(
      'bad-key',
      'This is not an age key (age1…), or part of it is missing. Copy all of it.',
    )
  return key
}

/** Formats an X25519 secret key as `AGE-SECRET-KEY-1…`. */
export function formatSecretKey(secretKey: Uint8Array): string {
  return bech32.encodeFromBytes(SECRET, secretKey).toUpperCase()
}

/** Parses the X25519 secret key of `AGE-SECRET-KEY-1…`. Throws `bad-key`. */
export function parseSecretKey(text: string): Uint8Array {
  const key = decode(text, SECRET.toLowerCase())
  if (!key)
    throw new IdentityError(
      'bad-key',
      'This is not an age secret key (AGE-SECRET-KEY-1…), or part of it is missing',
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

/** Rejects keys of small order, whose shared secrets are not secret. */
function isUsable(publicKey: Uint8Array): boolean {
  try {
    x25519.getSharedSecret(new Uint8Array(32).fill(1), publicKey)
    return true
  } catch {
    return false
  }
}
