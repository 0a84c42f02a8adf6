/**
 * The id of a room commits to its creator without revealing the DID, and two people cannot create
 * the same room.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeCbor } from '@shoal/identity/signed-cbor'
import { StoreError } from '../store-error.ts'

const MAX_DID_BYTES = 256
const SALT_BYTES = 32
const KIND = /^[a-z][a-z0-9-]{0,31}$/

/**
 * Kind of rooms that transfer data from one device of a person to another. They are deleted
 * afterwards.
 */
export const TRANSFER_KIND = 'transfer'

export interface RoomName {
  /** The DID of the person who created the room. At most 256 bytes. */
  readonly creator: string
  /** Random, 32 bytes. */
  readonly salt: Uint8Array
  /** 1 to 32 characters of a to z, 0 to 9 and `-`, such as `group`. */
  readonly kind: string
}

/**
 * Returns the SHA-256 of the creator's DID, the salt and the kind, 32 bytes. Throws `bad-argument`
 * outside the limits.
 */
export function roomId({ creator, salt, kind }: RoomName): Uint8Array {
  const isDid = creator.startsWith('did:') && creator.length <= MAX_DID_BYTES
  if (!isDid || !(salt instanceof Uint8Array) || salt.length !== SALT_BYTES || !KIND.test(kind))
    throw new StoreError('bad-argument', 'A room has the DID of its creator, a salt of 32 bytes and a kind')
  return sha256(encodeCbor(['shoal/room/1', creator, salt, kind]))
}
