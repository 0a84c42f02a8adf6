/** Null for labels that no standard knows and for encodings in which ASCII characters have other bytes. */
export function legacyDecoder(label: string | undefined): TextDecoder | null {
  try {
    const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true })
    return /^(utf-|x-user-defined)/.test(decoder.encoding) ? null : decoder
  } catch {
    return null
  }
}
