/**
 * The cryptography of `sh_peer` in browsers, whose Web Crypto is asynchronous and lacks
 * ChaCha20-Poly1305.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8, writeU32 } from './bytes.ts'
import type { SigningKey } from './sealing.node.ts'

export type { SigningKey } from './sealing.node.ts'

export const KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
const TWO_32 = 2 ** 32

/** A key pair for one key exchange (X25519, RFC 7748). */
export class EphemeralKey {
  readonly publicKey: Uint8Array
  readonly #seed: Uint8Array

  /** `seed`: 32 random bytes. */
  constructor(seed: Uint8Array) {
    this.#seed = seed.slice()
    this.publicKey = x25519.getPublicKey(seed)
  }

  /**
   * Returns the shared secret (32 bytes), or null if the other key has a small order, which would
   * make the secret predictable (RFC 7748, 6.1).
   */
  secretWith(publicKey: Uint8Array): Uint8Array | null {
    try {
      return x25519.getSharedSecret(this.#seed, publicKey)
    } catch {
      return null
    }
  }
}

/** `seed`: 32 secret bytes (RFC 8032). */
export function signingKey(seed: Uint8Array): SigningKey {
  return { publicKey: ed25519.getPublicKey(seed), sign: message => ed25519.sign(message, seed) }
}

/** HKDF with SHA-256 (RFC 5869): 32 bytes. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, label: string): Uint8Array {
  return hkdf(sha256, secret, salt, utf8(label), 32)
}

/** HMAC with SHA-256: 32 bytes. */
export function authenticate(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha256, key, message)
}

/**
 * Encrypts and authenticates (RFC 8439). `count`: number of messages that this key has sealed,
 * which must never repeat. The result is 16 bytes longer.
 */
export function seal(key: Uint8Array, count: number, text: Uint8Array): Uint8Array {
  return chacha20poly1305(key, nonce(count)).encrypt(text)
}

/** Returns the plaintext, or null unless this key sealed it as the message with this number. */
export function unseal(key: Uint8Array, count: number, sealed: Uint8Array): Uint8Array | null {
  try {
    return chacha20poly1305(key, nonce(count)).decrypt(sealed)
  } catch {
    return null
  }
}

function nonce(count: number): Uint8Array {
  const bytes = new Uint8Array(12)
  writeU32(bytes, 4, Math.floor(count / TWO_32))
  writeU32(bytes, 8, count % TWO_32)
  return bytes
}
