/**
 * Base 64 with `-` and `_`, without padding (RFC 4648, section 5), using only functions that every
 * platform has: a page loads nothing for it.
 */
export function encodeBase64url(bytes: Uint8Array): string {
  const text = Array.from(bytes, byte => String.fromCharCode(byte)).join('')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Returns null unless `text` is the result of `encodeBase64url` for some bytes. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const decoded = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(decoded, letter => letter.charCodeAt(0))
    return encodeBase64url(bytes) === text ? bytes : null
  } catch {
    return null
  }
}
