import type { ByteSource } from '../byte-source.ts'
import { SealedError } from '../sealed-error.ts'
import { contentLength, type Segment } from './layout.ts'

/** Produces the bytes of an archive from its layout, with zeros up to `lengthBytes`. */
export class TarSource implements ByteSource {
  readonly lengthBytes: number
  readonly #segments: readonly Segment[]

  constructor(segments: readonly Segment[], lengthBytes: number) {
    this.#segments = segments
    this.lengthBytes = lengthBytes
  }

  async read(offset: number, length: number, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let at = this.#indexAt(offset); at < this.#segments.length; at++) {
      const segment = this.#segments[at]!
      if (segment.offset >= offset + length) break
      const from = Math.max(0, offset - segment.offset)
      const until = Math.min(contentLength(segment.content), offset + length - segment.offset)
      if (from < until) bytes.set(await take(segment, from, until, options), segment.offset + from - offset)
    }
    return bytes
  }

  /** Returns the index of the last segment that begins at or before `offset`. */
  #indexAt(offset: number): number {
    let [low, high] = [0, this.#segments.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#segments[middle]!.offset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

async function take(
  { content, path }: Segment,
  from: number,
  until: number,
  options: { signal?: AbortSignal },
): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content.subarray(from, until)
  const bytes = await content.read(from, until - from, options)
  if (bytes.length !== until - from)
    throw new SealedError(
      'changed',
      `${path?.join('/')} was truncated while it was being sealed. Seal it again.`,
    )
  return bytes
}
