import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares secrets in constant time. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b))
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
