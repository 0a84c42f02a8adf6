/** Tells files that may still become torrents, because their writer has not finished, from others. */

/** More digits than any length or number in a .torrent has. */
const MAX_DIGITS = 20
const [ZERO, NINE, COLON, MINUS] = [0x30, 0x39, 0x3a, 0x2d] as const
const [DICTIONARY, LIST, INTEGER, END] = [0x64, 0x6c, 0x69, 0x65] as const

/**
 * Returns true for the beginning of a bencoded dictionary (BEP 3) of at most `maxBytes`, and for nothing at all. Zeros at the end are what a writer
 * has reserved.
 */
export function mayBecomeTorrent(bytes: Uint8Array, maxBytes: number): boolean {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  if (end === 0) return true
  if (bytes[0] !== DICTIONARY) return false
  let depth = 0
  for (let at = 0; at < end; ) {
    const byte = bytes[at]!
    if (byte === DICTIONARY || byte === LIST) depth++
    else if (byte === END) depth--
    if (byte === DICTIONARY || byte === LIST || byte === END) {
      // It is complete, and wrong all the same.
      if (depth === 0) return false
      at++
      continue
    }
    const isInteger = byte === INTEGER
    const from = isInteger ? at + 1 : at
    let stop = isInteger && bytes[from] === MINUS ? from + 1 : from
    while (stop < end && bytes[stop]! >= ZERO && bytes[stop]! <= NINE) stop++
    if (stop - from > MAX_DIGITS) return false
    if (stop >= end) return true
    if (bytes[stop] !== (isInteger ? END : COLON) || stop === from) return false
    if (isInteger) at = stop + 1
    else {
      const length = Number(Buffer.from(bytes.subarray(from, stop)).toString('latin1'))
      at = stop + 1 + length
      if (at > maxBytes) return false
    }
  }
  return true
}

/** Returns true for nothing at all, and for a magnet link without an end of its line. */
export function mayBecomeMagnet(text: string): boolean {
  const begun = text.replace(/^\ufeff/, '').replace(/\0+$/, '')
  if (begun.trim() === '') return true
  return !/[\r\n]/.test(begun.trimStart()) && (begun.startsWith('magnet:?') || 'magnet:?'.startsWith(begun))
}
