import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Identity } from 'age-encryption'
import { nativeVerify } from '#native-verify'
import { formatRecipient, formatSecretKey } from './age/text.ts'
import { x25519Identity } from './age/x25519.ts'
import { formatDidKey, parseDidKey } from './did-key.ts'
import { isPublicKey } from './edwards-key.ts'
import { IdentityError } from './identity-error.ts'

/** The salt of HKDF, which separates derived keys from any other use of the seed. */
const DERIVATION = new TextEncoder().encode('shoal derived key v1')

/**
 * A key pair: an Ed25519 key (RFC 8032) for signatures, and the X25519 key derived from it, which
 * opens data sealed to the owner. The text forms of the public half are `did` and `recipient`;
 * `exportSecret()` returns the secret half.
 */
export class KeyPair {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** `did:key:z6Mk…` */
  readonly did: string
  /** `age1…`, as `age -r` accepts it. */
  readonly recipient: string
  readonly #seed: Uint8Array

  /** `seed`: the 32 secret bytes of RFC 8032. */
  constructor(seed: Uint8Array) {
    if (seed.length !== 32) throw new IdentityError('bad-argument', 'The seed of a key must have 32 bytes')
    this.#seed = seed.slice()
    this.publicKey = ed25519.getPublicKey(seed)
    this.did = formatDidKey(this.publicKey)
    this.recipient = formatRecipient(x25519.getPublicKey(this.#x25519()))
  }

  static generate(): KeyPair {
    return new KeyPair(ed25519.utils.randomSecretKey())
  }

  /** Signs `message`. Returns an Ed25519 signature of 64 bytes. */
  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#seed)
  }

  /**
   * Derives a key pair for one purpose, such as publishing under a name: always the same one, and
   * unlinkable without this key. HKDF-SHA-256 (RFC 5869) over the seed; `purpose` separates the
   * keys of different features.
   */
  derive(purpose: string, name: string): KeyPair {
    const info = new TextEncoder().encode(`${purpose.length} ${purpose} ${name}`)
    return new KeyPair(hkdf(sha256, this.#seed, DERIVATION, info, 32))
  }

  /** Returns an identity that opens age files sealed to `recipient`. */
  ageIdentity(): Identity {
    return x25519Identity(this.#x25519())
  }

  /** Returns the secret half, for a key file. Anyone who has it can act as the owner. */
  exportSecret(): { readonly seed: Uint8Array; readonly ageSecretKey: string } {
    return { seed: this.#seed.slice(), ageSecretKey: formatSecretKey(this.#x25519()) }
  }

  /** RFC 8032, section 5.1.5, without clamping, which X25519 (RFC 7748) does itself. */
  #x25519(): Uint8Array {
    return ed25519.utils.toMontgomerySecret(this.#seed)
  }
}

/**
 * Returns true if `signature` is a signature of `message` by the owner of `did`. Throws `bad-key`
 * if `did` is invalid.
 */
export function verify(did: string, message: Uint8Array, signature: Uint8Array): boolean {
  return verifySignature(parseDidKey(did), message, signature)
}

/**
 * Returns true if `signature` is an Ed25519 signature of `message` by the owner of a valid public
 * key. The result is the same on all platforms, so that all members of a group agree.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  // The platform's verification takes a fifth of the time. For valid keys, everything that it
  // accepts (without cofactor) is also accepted below.
  if (nativeVerify(publicKey, message, signature) && isPublicKey(publicKey)) return true
  // Strict: reject other encodings of the same signature (RFC 8032, not ZIP 215).
  return ed25519.verify(signature, message, publicKey, { zip215: false })
}
