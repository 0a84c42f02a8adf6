/**
 * Keys that a passkey unlocks. An authenticator with the extension PRF (WebAuthn level 3, section
 * 10.1.4) computes 32 bytes that only it can compute, and only after verifying a fingerprint, face
 * or PIN. They encrypt a key of the person, so that a server that stores the result, such as a hub,
 * cannot read the key, and there is no password.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, randomBytes } from '@noble/hashes/utils.js'
import { IdentityError } from './identity-error.ts'

const VERSION = 1
const [KEY_BYTES, SALT_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 16, 12, 16]
/** Length of a wrapped key, in bytes. */
export const WRAPPED_KEY_BYTES = 1 + SALT_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES
const text = (value: string) => new TextEncoder().encode(value)

/** The input of PRF, the same for all: the authenticator's output differs for each passkey. */
export const PRF_INPUT = sha256(text('shoal/passkey-secret/1'))

/**
 * Encrypts 32 bytes, such as the seed of a key. `secret`: the output of PRF, 32 bytes. `did`: the
 * key's owner. Throws `bad-argument`.
 */
export function wrapWithPasskey(
  key: Uint8Array,
  { secret, did }: { readonly secret: Uint8Array; readonly did: string },
): Uint8Array {
  if (key.length !== KEY_BYTES || secret.length !== KEY_BYTES)
    throw new IdentityError('bad-argument', 'A key and the secret of a passkey have 32 bytes')
  const head = concatBytes(Uint8Array.of(VERSION), randomBytes(SALT_BYTES))
  const nonce = randomBytes(NONCE_BYTES)
  return concatBytes(head, nonce, cipher(secret, head, nonce, did).encrypt(key))
}

/**
 * Returns the bytes that `wrapWithPasskey` encrypted. Throws `bad-key` if they were encrypted by
 * another passkey or for another person.
 */
export function unwrapWithPasskey(
  wrapped: Uint8Array,
  { secret, did }: { readonly secret: Uint8Array; readonly did: string },
): Uint8Array {
  const [head, nonce] = [
    wrapped.subarray(0, 1 + SALT_BYTES),
    wrapped.subarray(1 + SALT_BYTES).subarray(0, NONCE_BYTES),
  ]
  try {
    if (wrapped.length !== WRAPPED_KEY_BYTES || wrapped[0] !== VERSION) throw new Error('not a wrapped key')
    return cipher(secret, head, nonce, did).decrypt(wrapped.subarray(1 + SALT_BYTES + NONCE_BYTES))
  } catch (cause) {
    throw new IdentityError(
      'bad-key',
      'This passkey does not open this key. Choose the passkey that it was saved with.',
      { cause },
    )
  }
}

function cipher(secret: Uint8Array, head: Uint8Array, nonce: Uint8Array, did: string) {
  const key = hkdf(sha256, secret, head, text('shoal/wrapped-key/1'), KEY_BYTES)
  return gcm(key, nonce, text(did))
}
