/**
 * Secrets that the stores issue. Only their SHA-256 is stored: they have enough random bits that it
 * cannot be reversed.
 */
import { createHash, randomBytes } from 'node:crypto'

const MAX_CHARACTERS = 128

export interface NewSecret {
  /** URL-safe base64 unless requested otherwise. Shown once. */
  readonly secret: string
  readonly hash: Uint8Array
}

export function newSecret(bytes: number, encoding: 'base64url' | 'hex' = 'base64url'): NewSecret {
  const secret = randomBytes(bytes).toString(encoding)
  return { secret, hash: hashSecret(secret) }
}

/**
 * Returns the SHA-256 of a presented secret. Texts longer than any secret are truncated, and match
 * none.
 */
export function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(String(secret).slice(0, MAX_CHARACTERS)).digest())
}

/** Returns a random identifier for listing and removal: 22 characters. */
export function newId(): string {
  return randomBytes(16).toString('base64url')
}
