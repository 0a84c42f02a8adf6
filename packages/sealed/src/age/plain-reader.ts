import type { ByteSource } from '../byte-source.ts'
import { cutShort } from '../sealed-error.ts'
import { openHeader, type Unlock } from './open-header.ts'
import { CHUNK_BYTES, NONCE_BYTES, plainLength, SEALED_CHUNK_BYTES, StreamCipher } from './stream.ts'

/** Number of chunks read and opened together: 1 MiB. */
const RUN_CHUNKS = 16
/** Number of opened chunks kept in memory for small consecutive reads. */
const KEPT_CHUNKS = 4

type Options = { signal?: AbortSignal }

/**
 * The plain text of an age file with random access. Every byte is verified before it is returned.
 */
export class PlainReader implements ByteSource {
  readonly lengthBytes: number
  readonly #source: ByteSource
  readonly #begin: number
  readonly #cipher: StreamCipher
  readonly #kept = new Map<number, Uint8Array>()

  private constructor(source: ByteSource, begin: number, lengthBytes: number, cipher: StreamCipher) {
    this.#source = source
    this.#begin = begin
    this.lengthBytes = lengthBytes
    this.#cipher = cipher
  }

  /** Opens a source. Rejects like `openHeader`. */
  static async open(source: ByteSource, unlock: Unlock, options: Options = {}): Promise<PlainReader> {
    const { fileKey, lengthBytes } = await openHeader(source, unlock, options)
    const begin = lengthBytes + NONCE_BYTES
    if (begin > source.lengthBytes) throw cutShort()
    const plainBytes = plainLength(source.lengthBytes - begin)
    const nonce = await source.read(lengthBytes, NONCE_BYTES, options)
    const reader = new PlainReader(source, begin, plainBytes, new StreamCipher(fileKey, nonce, plainBytes))
    // Verify an empty payload now, because it will never be read.
    if (plainBytes === 0) await reader.#run(0, 1, options)
    return reader
  }

  async read(offset: number, length: number, options: Options = {}): Promise<Uint8Array> {
    const first = Math.floor(offset / CHUNK_BYTES)
    const end = offset + length
    // Reads within one chunk are mostly headers of the archive.
    if (end <= (first + 1) * CHUNK_BYTES) {
      const chunk = await this.#chunk(first, options)
      return chunk.subarray(offset - first * CHUNK_BYTES, end - first * CHUNK_BYTES)
    }
    const bytes = new Uint8Array(length)
    let at = 0
    for await (const part of this.stream(offset, end, options)) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  }

  /** Yields the bytes `[start, end)` in order, up to 1 MiB at a time. */
  async *stream(start: number, end: number, options: Options = {}): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end; ) {
      const first = Math.floor(at / CHUNK_BYTES)
      const last = Math.min(first + RUN_CHUNKS, Math.ceil(end / CHUNK_BYTES))
      const run = await this.#run(first, last, options)
      const base = first * CHUNK_BYTES
      yield run.subarray(at - base, Math.min(end - base, run.length))
      at = last * CHUNK_BYTES
    }
  }

  async #chunk(index: number, options: Options): Promise<Uint8Array> {
    const kept = this.#kept.get(index)
    if (kept) return kept
    const chunk = await this.#run(index, index + 1, options)
    this.#kept.set(index, chunk)
    if (this.#kept.size > KEPT_CHUNKS) this.#kept.delete(this.#kept.keys().next().value!)
    return chunk
  }

  /** Opens the chunks `[first, last)`. */
  async #run(first: number, last: number, options: Options): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    const from = this.#begin + first * SEALED_CHUNK_BYTES
    const until = Math.min(this.#begin + last * SEALED_CHUNK_BYTES, this.#source.lengthBytes)
    const sealed = await this.#source.read(from, until - from, options)
    if (sealed.length !== until - from) throw cutShort()
    const base = first * CHUNK_BYTES
    const plain = new Uint8Array(Math.min(last * CHUNK_BYTES, this.lengthBytes) - base)
    for (let at = 0; first + at < last; at++) {
      const chunk = sealed.subarray(at * SEALED_CHUNK_BYTES, (at + 1) * SEALED_CHUNK_BYTES)
      this.#cipher.open(first + at, chunk, plain.subarray(at * CHUNK_BYTES))
    }
    return plain
  }
}
