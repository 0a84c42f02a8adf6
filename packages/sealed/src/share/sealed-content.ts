import { padmeLength } from '../age/padme.ts'
import type { Seal } from '../age/seal.ts'
import { CHUNK_BYTES, SEALED_CHUNK_BYTES, StreamCipher, sealedLength } from '../age/stream.ts'
import type { ByteSource } from '../byte-source.ts'
import { BLOCK_BYTES, paddedLength } from '../tar/header.ts'
import { layOut, type SealInput } from '../tar/layout.ts'
import { TarSource } from '../tar/tar-source.ts'

/** Number of chunks read and sealed together: 1 MiB. */
const RUN_CHUNKS = 16

type Options = { signal?: AbortSignal }

/**
 * Files as one sealed share. Its length is known immediately, and its bytes can be read in any
 * order and repeatedly, because the same seal and files always give the same bytes. A read rejects
 * with `changed` if a file has shrunk.
 */
export class SealedContent implements ByteSource {
  readonly lengthBytes: number
  readonly #plain: TarSource
  readonly #cipher: StreamCipher
  readonly #front: Uint8Array

  /** Throws `bad-argument` for invalid names, and `too-large`. */
  constructor(inputs: readonly SealInput[], { header, fileKey, nonce }: Seal) {
    const layout = layOut(inputs)
    const plainBytes = Math.max(paddedLength(padmeLength(layout.lengthBytes)), BLOCK_BYTES)
    this.#plain = new TarSource(layout.segments, plainBytes)
    this.#cipher = new StreamCipher(fileKey, nonce, plainBytes)
    this.#front = Uint8Array.from([...header, ...nonce])
    this.lengthBytes = this.#front.length + sealedLength(plainBytes)
  }

  async read(offset: number, length: number, options: Options = {}): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    let at = 0
    for await (const part of this.stream(offset, offset + length, options)) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  }

  /** Yields the bytes `[start, end)` in order, about 1 MiB at a time. */
  async *stream(start = 0, end = this.lengthBytes, options: Options = {}): AsyncGenerator<Uint8Array> {
    const begin = this.#front.length
    if (start < begin && start < end) yield this.#front.subarray(start, Math.min(end, begin))
    for (let at = Math.max(start, begin); at < end; ) {
      const first = Math.floor((at - begin) / SEALED_CHUNK_BYTES)
      const last = Math.min(first + RUN_CHUNKS, Math.ceil((end - begin) / SEALED_CHUNK_BYTES))
      const run = await this.#run(first, last, options)
      const base = begin + first * SEALED_CHUNK_BYTES
      yield run.subarray(at - base, Math.min(end - base, run.length))
      at = begin + last * SEALED_CHUNK_BYTES
    }
  }

  /** Seals the chunks `[first, last)`. */
  async #run(first: number, last: number, options: Options): Promise<Uint8Array> {
    options.signal?.throwIfAborted()
    const from = first * CHUNK_BYTES
    const until = Math.min(last * CHUNK_BYTES, this.#plain.lengthBytes)
    const plain = await this.#plain.read(from, until - from, options)
    const sealed = new Uint8Array(sealedLength(plain.length))
    for (let at = 0; first + at < last; at++) {
      const chunk = plain.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES)
      this.#cipher.seal(first + at, chunk, sealed.subarray(at * SEALED_CHUNK_BYTES))
    }
    return sealed
  }
}
