/** What the recipients of an age header have in common (C2SP, age-encryption.org/v1). */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { base64nopad } from '@scure/base'
import { IdentityError } from '../identity-error.ts'

const ZERO_NONCE = new Uint8Array(12)
/** A file key of 16 bytes and its tag. */
const BODY_BYTES = 32

/** The key of a file, encrypted with a key that is used for nothing else. */
export function wrapKey(fileKey: Uint8Array, key: Uint8Array): Uint8Array {
  return chacha20poly1305(key, ZERO_NONCE).encrypt(fileKey)
}

/** The key of the file; null when `key` is not the one it was wrapped with. */
export function unwrapKey(body: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (body.length !== BODY_BYTES) throw malformed()
  try {
    return chacha20poly1305(key, ZERO_NONCE).decrypt(body)
  } catch {
    return null
  }
}

/** The `length` bytes that an argument of a stanza spells. */
export function argumentBytes(text: string | undefined, length: number): Uint8Array {
  try {
    const bytes = base64nopad.decode(text ?? '')
    if (bytes.length === length) return bytes
  } catch {
    // Told below.
  }
  throw malformed()
}

export function malformed(): IdentityError {
  return new IdentityError('bad-key-file', 'the header of this age file is damaged: ask for the file again')
}
