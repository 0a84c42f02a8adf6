/** Pages open torrents by link, which names no encoding. */
export function legacyDecoder(): TextDecoder | null {
  return null
}
