/**
 * did:key for Ed25519 (W3C did:key method): `z`, then base58btc of the multicodec `ed25519-pub` and
 * the public key.
 */
import { base58 } from '@scure/base'
import { isPublicKey } from './edwards-key.ts'
import { IdentityError } from './identity-error.ts'

const PREFIX = 'did:key:'
const MULTIBASE_BASE58BTC = 'z'
/** 0xed as a varint. */
const ED25519_PUB = [0xed, 0x01] as const
/** Enough for 34 bytes in base 58. Limited because decoding base 58 takes quadratic time. */
const MAX_TEXT_LENGTH = 64

/** Formats an Ed25519 public key (32 bytes) as `did:key:z6Mk…`. */
export function formatDidKey(publicKey: Uint8Array): string {
  return PREFIX + MULTIBASE_BASE58BTC + base58.encode(Uint8Array.from([...ED25519_PUB, ...publicKey]))
}

/**
 * Parses the Ed25519 public key of a did:key. Also throws `bad-key` for other kinds of keys and for
 * points of small order.
 */
export function parseDidKey(did: string): Uint8Array {
  const text = did.trim()
  const wrong = (why: string) => new IdentityError('bad-key', `${why}. Ask for the complete did:key again.`)
  if (!text.startsWith(PREFIX + MULTIBASE_BASE58BTC)) throw wrong('This is not a did:key')
  if (text.length > PREFIX.length + MAX_TEXT_LENGTH) throw wrong('This did:key is too long for Ed25519')
  const bytes = decode(text.slice(PREFIX.length + 1))
  if (bytes === null) throw wrong('This did:key has an invalid character')
  const isEd25519 = ED25519_PUB.every((byte, at) => bytes[at] === byte)
  if (!isEd25519) throw wrong('This did:key is not an Ed25519 key, the only kind that Shoal supports')
  const key = bytes.slice(ED25519_PUB.length)
  if (!isPublicKey(key)) throw wrong('This did:key is incomplete or has been changed')
  return key
}

function decode(text: string): Uint8Array | null {
  try {
    return base58.decode(text)
  } catch {
    return null
  }
}
