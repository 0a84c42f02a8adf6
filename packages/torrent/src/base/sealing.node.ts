/** The cryptography of `sh_peer`, using `node:crypto`. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  sign,
} from 'node:crypto'

export const KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
export const TAG_BYTES = 16
const ALGORITHM = 'chacha20-poly1305'

/** RFC 8410: DER prefix of a 32-byte key. */
const PKCS8 = {
  x25519: der('302e020100300506032b656e04220420'),
  ed25519: der('302e020100300506032b657004220420'),
}
const X25519_SPKI = der('302a300506032b656e032100')
const SPKI_BYTES = X25519_SPKI.length

/** A key pair for one key exchange (X25519, RFC 7748). */
export class EphemeralKey {
  readonly publicKey: Uint8Array
  readonly #private: KeyObject

  /** `seed`: 32 random bytes. */
  constructor(seed: Uint8Array) {
    this.#private = privateKey('x25519', seed)
    this.publicKey = publicKeyOf(this.#private)
  }

  /**
   * Returns the shared secret (32 bytes), or null if the other key has a small order, which would
   * make the secret predictable (RFC 7748, 6.1).
   */
  secretWith(publicKey: Uint8Array): Uint8Array | null {
    try {
      const key = createPublicKey({
        key: Buffer.concat([X25519_SPKI, publicKey]),
        format: 'der',
        type: 'spki',
      })
      const secret = diffieHellman({ privateKey: this.#private, publicKey: key })
      return secret.some(byte => byte !== 0) ? new Uint8Array(secret) : null
    } catch {
      return null
    }
  }
}

/** A key that signs (Ed25519). */
export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** Returns 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** `seed`: 32 secret bytes (RFC 8032). */
export function signingKey(seed: Uint8Array): SigningKey {
  const key = privateKey('ed25519', seed)
  return { publicKey: publicKeyOf(key), sign: message => new Uint8Array(sign(null, message, key)) }
}

/** HKDF with SHA-256 (RFC 5869): 32 bytes. */
export function deriveKey(secret: Uint8Array, salt: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, label, 32))
}

/** HMAC with SHA-256: 32 bytes. */
export function authenticate(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest())
}

/**
 * Encrypts and authenticates (RFC 8439). `count`: number of messages that this key has sealed,
 * which must never repeat. The result is 16 bytes longer.
 */
export function seal(key: Uint8Array, count: number, text: Uint8Array): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, nonce(count), { authTagLength: TAG_BYTES })
  return new Uint8Array(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]))
}

/** Returns the plaintext, or null unless this key sealed it as the message with this number. */
export function unseal(key: Uint8Array, count: number, sealed: Uint8Array): Uint8Array | null {
  const end = sealed.length - TAG_BYTES
  if (end < 0) return null
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonce(count), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(sealed.subarray(end))
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]))
  } catch {
    return null
  }
}

function nonce(count: number): Uint8Array {
  const bytes = Buffer.alloc(12)
  bytes.writeBigUInt64BE(BigInt(count), 4)
  return bytes
}

function privateKey(kind: keyof typeof PKCS8, seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8[kind], seed]), format: 'der', type: 'pkcs8' })
}

function publicKeyOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_BYTES))
}

function der(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}
