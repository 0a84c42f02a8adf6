/**
 * Signed heads: a hub's statement which entry of a room has which number. Two such statements of
 * one hub for one number prove to anyone that it showed its members different logs. COSE_Sign1 (RFC
 * 9052) over deterministic CBOR: `[1, hub key, room, sequence, hash, issued]`.
 */
import { isBytes, isCount, readSignedCbor, type Signer, signCbor } from '@shoal/identity/signed-cbor'
import { equalBytes } from '@shoal/torrent/base'
import { StoreError } from '../store-error.ts'
import { HASH_BYTES, type LogHead } from './entries.ts'

const PURPOSE = 'shoal/room-head/1'
const VERSION = 1
/** Largest signed head, in bytes. */
const MAX_BYTES = 256

export interface SignedHead extends LogHead {
  /** The hub's key. Ed25519, 32 bytes. */
  readonly hub: Uint8Array
  /** Unix time in seconds. */
  readonly issued: number
}

/** Signs a head, with the hub's key. Returns at most 256 bytes. */
export function signHead({ room, sequence, hash }: LogHead, signer: Signer, unixSeconds: number): Uint8Array {
  return signCbor([VERSION, signer.publicKey, room, sequence, hash, unixSeconds], PURPOSE, signer)
}

/**
 * Decodes a signed head. Throws `bad-head` if its form or signature is invalid. Compare `hub` with
 * the key of the hub.
 */
export function readHead(bytes: Uint8Array): SignedHead {
  const { head, isSigned } = openHead(bytes)
  if (!isSigned()) throw bad()
  return head
}

/**
 * Decodes a signed head without checking the signature, which takes a thousand times as long.
 * Throws `bad-head` if its form is invalid.
 */
export function openHead(bytes: Uint8Array): { readonly head: SignedHead; isSigned(): boolean } {
  const signed = bytes.length <= MAX_BYTES ? readSignedCbor(bytes) : null
  const payload = signed?.payload
  if (!signed || !Array.isArray(payload) || payload.length !== 6) throw bad()
  const [version, hub, room, sequence, hash, issued] = payload as readonly unknown[]
  if (
    version !== VERSION ||
    !isBytes(hub, HASH_BYTES) ||
    !isBytes(room, HASH_BYTES) ||
    !isBytes(hash, HASH_BYTES)
  )
    throw bad()
  if (!isCount(sequence) || !isCount(issued)) throw bad()
  return { head: { hub, room, sequence, hash, issued }, isSigned: () => signed.isSignedBy(hub, PURPOSE) }
}

export interface Equivocation {
  readonly hub: Uint8Array
  readonly room: Uint8Array
  readonly sequence: number
  readonly hashes: readonly [Uint8Array, Uint8Array]
}

/**
 * Returns the proof contained in two signed heads: that one hub assigned one number of a room to
 * two entries. Returns null if they prove nothing. Throws `bad-head` if one of them is not a signed
 * head. Members with heads of different numbers ask the hub for its head at the same number: it can
 * sign any.
 */
export function proveEquivocation(one: Uint8Array, other: Uint8Array): Equivocation | null {
  const [first, second] = [readHead(one), readHead(other)]
  if (!equalBytes(first.hub, second.hub) || !equalBytes(first.room, second.room)) return null
  if (first.sequence !== second.sequence || equalBytes(first.hash, second.hash)) return null
  const { hub, room, sequence } = first
  return { hub, room, sequence, hashes: [first.hash, second.hash] }
}

function bad(): StoreError {
  return new StoreError('bad-head', 'This is not a head that a hub signed: ask the hub again.')
}
