/**
 * Signed structures: COSE_Sign1 (RFC 9052) with EdDSA over deterministic CBOR (RFC 8949, section
 * 4.2). The external data of the signature names its purpose, so that a signature is valid for only
 * one purpose (decision 010).
 */
import { concatBytes } from '@noble/hashes/utils.js'
import { decode, encode, rfc8949EncodeOptions } from 'cborg'
import { equalKeys } from '../equal-keys.ts'
import { verifySignature } from '../key-pair.ts'

/** Values that these structures consist of. */
export type Cbor = null | number | string | Uint8Array | readonly Cbor[]

/** Whether a decoded value is an integer of at least 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Returns whether a decoded value is a byte string of `length` bytes. */
export function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

/** A key that signs: a `KeyPair`, or one held by the platform. */
export interface Signer {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** The map `{1: -8}`: algorithm EdDSA. */
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x27)
/** An empty map. */
const UNPROTECTED = Uint8Array.of(0xa0)
/** An array of four. */
const HEAD = Uint8Array.of(0x84)
/** An Ed25519 signature, with its two bytes of CBOR header. */
const SIGNATURE_BYTES = 64

export function encodeCbor(value: Cbor): Uint8Array {
  return encode(value, rfc8949EncodeOptions)
}

/**
 * Decodes deterministic CBOR without maps, tags and floating-point numbers. Returns null for
 * anything else.
 */
export function decodeCbor(bytes: Uint8Array): Cbor | null {
  try {
    const value = decode(bytes, { strict: true, allowIndefinite: false, allowBigInt: false }) as Cbor
    // Each value has only one encoding, so that a hash identifies what was signed.
    return equalKeys(encodeCbor(value), bytes) ? value : null
  } catch {
    return null
  }
}

/** Returns a COSE_Sign1 array: protected header, unprotected header, payload, signature. */
export function signCbor(payload: Cbor, purpose: string, signer: Signer): Uint8Array {
  const bytes = encodeCbor(payload)
  const signature = signer.sign(toBeSigned(bytes, purpose))
  return concatBytes(HEAD, encodeCbor(PROTECTED), UNPROTECTED, encodeCbor(bytes), encodeCbor(signature))
}

export interface SignedCbor {
  readonly payload: Cbor
  /** Returns true if the owner of this key signed it for this purpose. */
  isSignedBy(publicKey: Uint8Array, purpose: string): boolean
}

/**
 * Reads a COSE_Sign1 array, without checking its signature. Returns null for anything else, or if
 * it is encoded differently from `signCbor`.
 */
export function readSignedCbor(bytes: Uint8Array): SignedCbor | null {
  const start = concatBytes(HEAD, encodeCbor(PROTECTED), UNPROTECTED)
  if (!equalKeys(bytes.subarray(0, start.length), start)) return null
  // The rest has two byte strings. As an array of two, it can be decoded alone.
  const rest = decodeCbor(concatBytes(Uint8Array.of(0x82), bytes.subarray(start.length)))
  if (!Array.isArray(rest)) return null
  const [payloadBytes, signature] = rest
  if (!(payloadBytes instanceof Uint8Array) || !(signature instanceof Uint8Array)) return null
  if (signature.length !== SIGNATURE_BYTES) return null
  const payload = decodeCbor(payloadBytes)
  if (payload === null) return null
  return {
    payload,
    isSignedBy: (publicKey, purpose) =>
      verifySignature(publicKey, toBeSigned(payloadBytes, purpose), signature),
  }
}

/** RFC 9052, section 4.4: the Sig_structure. */
function toBeSigned(payload: Uint8Array, purpose: string): Uint8Array {
  return encodeCbor(['Signature1', PROTECTED, new TextEncoder().encode(purpose), payload])
}
