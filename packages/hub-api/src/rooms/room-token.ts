/**
 * Secrets for access to a room at a hub. Members derive them from a shared secret; the hub stores
 * hashes of them.
 */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Access, RoomRight } from './messages.ts'

const SALT = utf8ToBytes('shoal/room-token/1')

/**
 * Derives the token for a right in a room at one hub: HKDF-SHA-256 (RFC 5869) of a secret shared by
 * the members (at least 16 bytes). It is useless to other hubs: `hub` is the key with which a hub
 * signs heads.
 */
export function roomToken(
  secret: Uint8Array,
  hub: Uint8Array,
  room: Uint8Array,
  right: RoomRight,
): Uint8Array {
  return hkdf(sha256, secret, SALT, concatBytes(utf8ToBytes(`${right} `), hub, room), 32)
}

/**
 * Returns the hashes of tokens that a hub stores, for `create` and `change`. A right without a
 * token is open to everyone who has the preceding right; `manage` without a token is granted to no
 * one.
 */
export function accessOf(tokens: { readonly [Right in RoomRight]?: Uint8Array }): Access {
  const hash = (token: Uint8Array | undefined) => (token ? sha256(token) : null)
  return { manage: hash(tokens.manage), read: hash(tokens.read), post: hash(tokens.post) }
}
