/**
 * Delegation certificates: a person's key says that a network key is theirs, to one recipient and
 * for a limited time (decision 010).
 *
 *   version (1) | person (32) | network key (32) | recipient's network key (32) | not before (8) |
 *   not after (8) | signature of the person (64)
 *
 * Times are Unix seconds, big-endian. The signature covers a domain prefix and everything before
 * it. A certificate is valid only between two peers that have proved these two network keys to each
 * other: a copy is worthless.
 */
import { formatDidKey } from './did-key.ts'
import { isPublicKey } from './edwards-key.ts'
import { equalKeys } from './equal-keys.ts'
import { IdentityError } from './identity-error.ts'
import { type KeyPair, verify } from './key-pair.ts'

export interface Delegation {
  /** Key of the peer that shows it, Ed25519 (32 bytes), which that peer must have proved. */
  readonly networkKey: Uint8Array
  /** Network key of the peer to which it is shown (32 bytes). */
  readonly recipient: Uint8Array
  /** Start and end of its validity in Unix seconds, at most `MAX_DELEGATION_SECONDS` apart. */
  readonly notBefore: number
  readonly notAfter: number
}

export const MAX_DELEGATION_SECONDS = 30 * 86_400
const VERSION = 1
const KEY_BYTES = 32
const TIMES_AT = 1 + 3 * KEY_BYTES
const BODY_BYTES = TIMES_AT + 2 * 8
const DELEGATION_BYTES = BODY_BYTES + 64
const DOMAIN = new TextEncoder().encode('shoal/delegation/1\0')

/** Returns the certificate: 177 bytes. */
export function signDelegation(delegation: Delegation, person: KeyPair): Uint8Array {
  const { networkKey, recipient, notBefore, notAfter } = delegation
  const bytes = new Uint8Array(DELEGATION_BYTES)
  bytes[0] = VERSION
  for (const [at, key] of [person.publicKey, networkKey, recipient].entries())
    bytes.set(key, 1 + at * KEY_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(TIMES_AT, BigInt(notBefore))
  view.setBigUint64(TIMES_AT + 8, BigInt(notAfter))
  bytes.set(person.sign(signedBytes(bytes)), BODY_BYTES)
  return bytes
}

/**
 * Reads a certificate that the owner of `networkKey` showed to the owner of `recipient` at
 * `nowSeconds` (Unix), and returns the person, as a key (Ed25519, 32 bytes) and as a `did:key`, and
 * the time until which it is valid. Throws `bad-certificate` if it is malformed, for other keys,
 * not valid at that time or for too long, or not signed by that person.
 */
export function readDelegation(
  certificate: Uint8Array,
  { networkKey, recipient, nowSeconds }: Expected,
): { readonly person: Uint8Array; readonly did: string; readonly notAfter: number } {
  if (certificate.length !== DELEGATION_BYTES || certificate[0] !== VERSION) throw refused('has a wrong form')
  const key = (at: number) => certificate.slice(1 + at * KEY_BYTES, 1 + (at + 1) * KEY_BYTES)
  if (!equalKeys(key(1), networkKey) || !equalKeys(key(2), recipient)) throw refused('is for other peers')
  const view = new DataView(certificate.buffer, certificate.byteOffset)
  const [notBefore, notAfter] = [Number(view.getBigUint64(TIMES_AT)), Number(view.getBigUint64(TIMES_AT + 8))]
  if (notAfter <= nowSeconds) throw refused('has expired')
  if (notBefore > nowSeconds) throw refused('is not valid yet')
  if (notAfter - notBefore > MAX_DELEGATION_SECONDS) throw refused('is valid for too long')
  const person = key(0)
  const did = formatDidKey(person)
  if (!isPublicKey(person) || !verify(did, signedBytes(certificate), certificate.slice(BODY_BYTES)))
    throw refused('is not signed by the person that it names')
  return { person, did, notAfter }
}

type Expected = Pick<Delegation, 'networkKey' | 'recipient'> & { readonly nowSeconds: number }

function signedBytes(certificate: Uint8Array): Uint8Array {
  return Uint8Array.from([...DOMAIN, ...certificate.subarray(0, BODY_BYTES)])
}

function refused(why: string): IdentityError {
  return new IdentityError('bad-certificate', `This certificate ${why}. Its owner must show a new one.`)
}
