/** Larger files are cut: nobody reads them in a browser, and rendering would be slow. */
export const MAX_TEXT_BYTES = 1_000_000

export interface ReadText {
  readonly text: string
  /** Length of the bytes in `text`; less than the length of the file if it was cut. */
  readonly shownBytes: number
}

/**
 * Returns the beginning of a file as text: UTF-8, or else Windows-1252. Returns null if it is not
 * text. Rejects if it cannot be read, or with the signal's reason.
 */
export async function readText(
  url: string,
  lengthBytes: number,
  signal: AbortSignal,
): Promise<ReadText | null> {
  const wanted = Math.min(lengthBytes, MAX_TEXT_BYTES)
  if (wanted === 0) return { text: '', shownBytes: 0 }
  const response = await fetch(url, { headers: { range: `bytes=0-${wanted - 1}` }, signal })
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`)
  return decodeText(await firstBytes(response.body, wanted), wanted < lengthBytes)
}

/** Reads at most `most` bytes, even if the server ignores ranges. */
async function firstBytes(body: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(most)
  let length = 0
  const reader = body.getReader()
  while (length < most) {
    const { done, value } = await reader.read()
    if (done) break
    const part = value.subarray(0, most - length)
    bytes.set(part, length)
    length += part.length
  }
  await reader.cancel()
  return bytes.subarray(0, length)
}

export function decodeText(bytes: Uint8Array, isCut: boolean): ReadText | null {
  if (looksBinary(bytes)) return null
  // The cut may be within a character: `stream` holds incomplete characters back instead of
  // rejecting them.
  const decode = (encoding: string, fatal: boolean) =>
    new TextDecoder(encoding, { fatal }).decode(bytes, { stream: isCut })
  try {
    return { text: decode('utf-8', true), shownBytes: bytes.length }
  } catch {
    return { text: decode('windows-1252', false), shownBytes: bytes.length }
  }
}

/** Returns whether there are zero bytes, which text does not contain in any supported encoding. */
function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8192).includes(0)
}
