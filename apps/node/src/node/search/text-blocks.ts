import { deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * UTF-16 units of a block: small enough to decompress in a fraction of a millisecond, large enough
 * to compress well.
 */
const BLOCK_UNITS = 32_768
/** A unit takes at most three bytes of UTF-8. */
const MAX_BLOCK_BYTES = 3 * (BLOCK_UNITS + 1)

/** Returns the text in compressed blocks. */
export function packText(text: string): Uint8Array[] {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < text.length; ) {
    const end = endOfBlock(text, at)
    blocks.push(deflateRawSync(Buffer.from(text.slice(at, end)), { level: 6 }))
    at = end
  }
  return blocks
}

export function unpackBlock(packed: Uint8Array): string {
  return inflateRawSync(packed, { maxOutputLength: MAX_BLOCK_BYTES }).toString()
}

/** Never splits a surrogate pair. */
function endOfBlock(text: string, at: number): number {
  const end = Math.min(text.length, at + BLOCK_UNITS)
  const last = text.charCodeAt(end - 1)
  return end < text.length && last >= 0xd800 && last < 0xdc00 ? end + 1 : end
}
