/** Code shared by the recipient types of an age header (C2SP, age-encryption.org/v1). */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { base64nopad } from '@scure/base'
import { IdentityError } from '../identity-error.ts'

const ZERO_NONCE = new Uint8Array(12)
/** A file key of 16 bytes and its tag. */
const BODY_BYTES = 32

/** Encrypts the key of a file with a key that has no other use. */
export function wrapKey(fileKey: Uint8Array, key: Uint8Array): Uint8Array {
  return chacha20poly1305(key, ZERO_NONCE).encrypt(fileKey)
}

/** Decrypts the key of a file; returns null if it was wrapped with another key. */
export function unwrapKey(body: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (body.length !== BODY_BYTES) throw malformed()
  try {
    return chacha20poly1305(key, ZERO_NONCE).decrypt(body)
  } catch {
    return null
  }
}

/** Decodes an argument of a stanza that must have `length` bytes. */
export function argumentBytes(text: string | undefined, length: number): Uint8Array {
  try {
    const bytes = base64nopad.decode(text ?? '')
    if (bytes.length === length) return bytes
  } catch {
    // Throw below.
  }
  throw malformed()
}

export function malformed(): IdentityError {
  return new IdentityError('bad-key-file', 'The header of this age file is damaged. Ask for the file again.')
}
