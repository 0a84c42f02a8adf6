import { fromHex, hex } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'

/** A link to a torrent that the owner of a key can replace by another one (BEP 46). */
export interface MutableMagnet {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** At most 64 bytes. */
  readonly salt: Uint8Array
}

const KEY_BYTES = 32
const MAX_SALT_BYTES = 64
const MAX_LENGTH = 4096
const KEY = /[?&](?:amp;)?xs=urn:btpk:([0-9a-f]*)/i

/** Whether the text is meant as a link to a torrent that can be replaced (BEP 46). */
export function isMutableMagnet(text: string): boolean {
  return /^\s*(?:web\+)?magnet:\?/i.test(text) && KEY.test(text.slice(0, MAX_LENGTH))
}

/**
 * Parses `magnet:?xs=urn:btpk:KEY&s=SALT` with key and salt in hex. Throws `bad-magnet` with the
 * reason. Ignores other parameters.
 */
export function parseMutableMagnet(text: string): MutableMagnet {
  const fail = (why: string) => new ShoalError('bad-magnet', `This link ${why}`)
  if (text.length > MAX_LENGTH) throw fail(`is longer than ${MAX_LENGTH} characters`)
  if (!isMutableMagnet(text)) throw fail('is not magnet:?xs=urn:btpk:… (BEP 46)')
  const publicKey = fromHex(KEY.exec(text)![1]!)
  if (publicKey?.length !== KEY_BYTES) throw fail('has no public key of 64 hexadecimal digits')
  const salt = fromHex(/[?&](?:amp;)?s=([^&\s]*)/i.exec(text)?.[1] ?? '')
  if (!salt || salt.length > MAX_SALT_BYTES)
    throw fail('has a salt that is not at most 128 hexadecimal digits')
  return { publicKey, salt }
}

/** Writes a link that `parseMutableMagnet` reads back. */
export function formatMutableMagnet({ publicKey, salt }: MutableMagnet): string {
  return `magnet:?xs=urn:btpk:${hex(publicKey)}${salt.length > 0 ? `&s=${hex(salt)}` : ''}`
}
