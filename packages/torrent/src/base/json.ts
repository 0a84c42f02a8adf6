/** Checked access to untrusted JSON. */

export type JsonFields = Readonly<Record<string, unknown>>

/** Returns the value if it is an object and not an array. */
export function asObject(value: unknown): JsonFields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonFields) : null
}

/** Parses a JSON object. Returns null for malformed text and for any other value. */
export function parseObject(text: string): JsonFields | null {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * Returns true for 20 bytes (an info hash or a peer ID) as 20 characters up to U+00FF, as in
 * WebTorrent's messages.
 */
export function isByteText(value: unknown): value is string {
  return typeof value === 'string' && /^[\0-\xff]{20}$/.test(value)
}
