import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { SECRET_BYTES, type ShareLink } from './contents.ts'

const SALT = new TextEncoder().encode('shoal/link-room/1')

/**
 * Returns the secret of the chat room of a share: that of the link, or one derived from the key of
 * its seal. Null if the link has neither. Anyone with the link has access to the room.
 */
export function roomSecretOf({ room, seal }: ShareLink): Uint8Array | null {
  if (room) return room
  return seal?.by === 'key' ? hkdf(sha256, seal.key, SALT, undefined, SECRET_BYTES) : null
}
