/** Secrets that the stores give out and keep only the SHA-256 of: they have enough random bits that a hash cannot be reversed. */
import { createHash, randomBytes } from 'node:crypto'

const MAX_CHARACTERS = 128

export interface NewSecret {
  /** Base 64 for URLs, unless something else was asked for. Shown once. */
  readonly secret: string
  readonly hash: Uint8Array
}

export function newSecret(bytes: number, encoding: 'base64url' | 'hex' = 'base64url'): NewSecret {
  const secret = randomBytes(bytes).toString(encoding)
  return { secret, hash: hashSecret(secret) }
}

/** SHA-256 of a secret that somebody presents. Longer texts than any secret are cut off, which is none then. */
export function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(String(secret).slice(0, MAX_CHARACTERS)).digest())
}

/** A random name for something that is listed and removed by it: 22 characters. */
export function newId(): string {
  return randomBytes(16).toString('base64url')
}
