import { ed25519 } from '@noble/curves/ed25519.js'
import { formatRecipient, parseRecipient } from './age/text.ts'
import { parseDidKey } from './did-key.ts'

/** Converts a public key, `age1…` or `did:key:…`, to `age1…`. Throws `bad-key`. */
export function toRecipientKey(text: string): string {
  return formatRecipient(recipientKey(text))
}

/**
 * Returns the X25519 public key (32 bytes) for sealing to the owner of `age1…` or `did:key:…`.
 * Throws `bad-key`.
 */
export function recipientKey(text: string): Uint8Array {
  // RFC 7748, section 4.1: the map from Edwards to Montgomery.
  return text.trim().startsWith('did:') ? ed25519.utils.toMontgomery(parseDidKey(text)) : parseRecipient(text)
}
