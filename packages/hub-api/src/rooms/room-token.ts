/** The secrets that a room is opened with at a hub. Members derive them from a secret that they share; the hub keeps hashes of them. */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Access, RoomRight } from './messages.ts'

const SALT = utf8ToBytes('shoal/room-token/1')

/**
 * Derives the token for a right in a room at one hub: HKDF-SHA-256 (RFC 5869) of a secret that the members share (at least 16 bytes). Another hub cannot use it: `hub` is the key with which a hub signs heads.
 */
export function roomToken(
  secret: Uint8Array,
  hub: Uint8Array,
  room: Uint8Array,
  right: RoomRight,
): Uint8Array {
  return hkdf(sha256, secret, SALT, concatBytes(utf8ToBytes(`${right} `), hub, room), 32)
}

/** Returns what a hub keeps of tokens, for `create` and `change`. A right without token is everybody's who has the right before it; `manage` without token is nobody's. */
export function accessOf(tokens: { readonly [Right in RoomRight]?: Uint8Array }): Access {
  const hash = (token: Uint8Array | undefined) => (token ? sha256(token) : null)
  return { manage: hash(tokens.manage), read: hash(tokens.read), post: hash(tokens.post) }
}
