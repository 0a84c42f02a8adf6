/** did:key for Ed25519 (W3C did:key method): `z`, then base58btc of the multicodec `ed25519-pub` and the public key. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { base58 } from '@scure/base'
import { IdentityError } from './identity-error.ts'

const PREFIX = 'did:key:'
const MULTIBASE_BASE58BTC = 'z'
/** 0xed as a varint. */
const ED25519_PUB = [0xed, 0x01] as const
const KEY_BYTES = 32
/** Of 34 bytes in base 58, with room to spare. Base 58 takes time in the square of its length. */
const MAX_TEXT_LENGTH = 64

/** `did:key:z6Mk…` of an Ed25519 public key (32 bytes). */
export function formatDidKey(publicKey: Uint8Array): string {
  return PREFIX + MULTIBASE_BASE58BTC + base58.encode(Uint8Array.from([...ED25519_PUB, ...publicKey]))
}

/** The Ed25519 public key of a did:key. Throws `bad-key` for other kinds of keys too, and for points that everybody knows the secret of. */
export function parseDidKey(did: string): Uint8Array {
  const text = did.trim()
  const wrong = (why: string) => new IdentityError('bad-key', `${why}: ask for the whole did:key again`)
  if (!text.startsWith(PREFIX + MULTIBASE_BASE58BTC)) throw wrong('this is no did:key')
  if (text.length > PREFIX.length + MAX_TEXT_LENGTH) throw wrong('this did:key is too long for Ed25519')
  const bytes = decode(text.slice(PREFIX.length + 1))
  if (bytes === null) throw wrong('this did:key has a wrong character')
  const isEd25519 = ED25519_PUB.every((byte, at) => bytes[at] === byte)
  if (!isEd25519) throw wrong('this did:key is not of Ed25519, the kind that Shoal knows')
  const key = bytes.slice(ED25519_PUB.length)
  if (!isPublicKey(key)) throw wrong('this did:key is cut short or changed')
  return key
}

/** Whether these are 32 bytes of a point that only its owner can know the secret of. */
export function isPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== KEY_BYTES) return false
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder()
  } catch {
    return false
  }
}

function decode(text: string): Uint8Array | null {
  try {
    return base58.decode(text)
  } catch {
    return null
  }
}
