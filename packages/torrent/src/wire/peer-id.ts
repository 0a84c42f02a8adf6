import { fromLatin1 } from '../base/bytes.ts'
import type { Random } from '../base/random.ts'

/** Shoal 0.1.0 in Azureus style (BEP 20). */
const PEER_ID_PREFIX = '-SH0100-'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_'

/**
 * Generates a peer ID of 20 bytes: the prefix, unless it is to be anonymous, then random printable
 * characters, which need no escaping in logs and tracker URLs.
 */
export function generatePeerId(random: Random, isAnonymous = false): Uint8Array {
  let text = isAnonymous ? '' : PEER_ID_PREFIX
  // The alphabet has 64 characters, so the low six bits of a byte select one without bias.
  for (const byte of random.bytes(20 - text.length)) text += ALPHABET[byte & 63]
  return fromLatin1(text)
}
