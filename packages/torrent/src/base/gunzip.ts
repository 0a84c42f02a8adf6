import { concat } from './bytes.ts'
import { ShoalError } from './errors.ts'

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * Decompresses gzip (RFC 1952). Rejects with `too-large` beyond `maxBytes`, and `bad-message` if
 * the bytes are damaged.
 */
export async function gunzip(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
    for await (const chunk of source.pipeThrough(new DecompressionStream('gzip'))) {
      size += chunk.length
      if (size > maxBytes) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new ShoalError('bad-message', 'The compressed file is damaged', { cause })
  }
  if (size > maxBytes) throw new ShoalError('too-large', `The file has more than ${maxBytes} bytes`)
  return concat(chunks)
}
