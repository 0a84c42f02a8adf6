import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** RFC 8410: PrivateKeyInfo up to the key, without the last byte of the algorithm. */
const PKCS8 = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65])
const ALGORITHM = { X25519: 0x6e, Ed25519: 0x70 } as const

/**
 * Returns a public key of RFC 8037 in Node's form. Throws for another length. Node uses two
 * exceptions to detect that this is not one of its own keys; without their stack traces it takes a
 * quarter of the time, which matters when a thousand members are verified.
 */
export function nativePublicKey(curve: 'Ed25519' | 'X25519', bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' })
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Returns a private key of RFC 8410 in Node's form. `seed`: 32 bytes. */
export function nativePrivateKey(curve: 'Ed25519' | 'X25519', seed: Uint8Array): KeyObject {
  const key = Buffer.concat([PKCS8, Uint8Array.of(ALGORITHM[curve], 4, 0x22, 4, 0x20), seed])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}
