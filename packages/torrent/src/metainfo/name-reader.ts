import { legacyDecoder } from '#legacy-decoder'
import { latin1 } from '../base/bytes.ts'

/** Decodes names in the encoding of one torrent. */
export type NameReader = (bytes: Uint8Array) => string

// A byte order mark is kept: it is part of the name.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Calls `read` with a decoder of names. If a name turns out not to be UTF-8, as in torrents older
 * than that rule, `read` is called again with `encoding`, the label in the torrent. Names that are
 * invalid in it, or all names without a label, are decoded as Latin-1: different names then stay
 * different, which replacement characters would not guarantee.
 */
export function readNames<T>(encoding: string | undefined, read: (name: NameReader) => T): T {
  let isUtf8 = true
  const result = read(bytes => {
    const text = decoded(strictUtf8, bytes)
    if (text === null) isUtf8 = false
    return text ?? latin1(bytes)
  })
  const decoder = isUtf8 ? null : legacyDecoder(encoding)
  if (!decoder) return result
  return read(bytes => decoded(decoder, bytes) ?? decoded(strictUtf8, bytes) ?? latin1(bytes))
}

function decoded(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}
