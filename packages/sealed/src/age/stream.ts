/**
 * The payload of an age file (age-encryption.org/v1, "Payload"): chunks of 64 KiB, each with a tag,
 * following STREAM.
 */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { chunkCipher } from '#chunk-cipher'
import { cutShort, SealedError } from '../sealed-error.ts'
import { type ChunkCipher, TAG_BYTES } from './chunk-cipher.ts'

export const CHUNK_BYTES = 64 * 1024
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
export const NONCE_BYTES = 16
const LABEL = new TextEncoder().encode('payload')

/** Returns the length of the payload for `plainBytes` bytes of plain text. */
export function sealedLength(plainBytes: number): number {
  return plainBytes + TAG_BYTES * Math.max(1, Math.ceil(plainBytes / CHUNK_BYTES))
}

/**
 * Returns the length of the plain text in a payload of `sealedBytes` bytes. Throws `damaged` for
 * impossible lengths.
 */
export function plainLength(sealedBytes: number): number {
  const chunks = Math.ceil(sealedBytes / SEALED_CHUNK_BYTES)
  const last = sealedBytes - (chunks - 1) * SEALED_CHUNK_BYTES
  // Only a payload of one chunk may have an empty last one.
  if (chunks < 1 || last < TAG_BYTES || (chunks > 1 && last === TAG_BYTES)) throw cutShort()
  return sealedBytes - chunks * TAG_BYTES
}

/** Seals and opens the chunks of one payload in any order. */
export class StreamCipher {
  readonly #cipher: ChunkCipher
  readonly #lastIndex: number

  constructor(fileKey: Uint8Array, nonce: Uint8Array, plainBytes: number) {
    this.#cipher = chunkCipher(hkdf(sha256, fileKey, nonce, LABEL, 32))
    this.#lastIndex = Math.max(0, Math.ceil(plainBytes / CHUNK_BYTES) - 1)
  }

  seal(index: number, plain: Uint8Array, into: Uint8Array): void {
    this.#cipher.seal(this.#nonce(index), plain, into)
  }

  /** Throws `damaged` if `sealed` was not sealed as chunk `index`. */
  open(index: number, sealed: Uint8Array, into: Uint8Array): void {
    if (!this.#cipher.open(this.#nonce(index), sealed, into))
      throw new SealedError(
        'damaged',
        `The sealed share has been changed or truncated (at chunk ${index}). Ask for it again.`,
      )
  }

  /** Returns an 11-byte big-endian chunk counter, and one byte that marks the last chunk. */
  #nonce(index: number): Uint8Array {
    const nonce = new Uint8Array(12)
    const view = new DataView(nonce.buffer)
    view.setUint32(3, Math.floor(index / 2 ** 32))
    view.setUint32(7, index)
    nonce[11] = index === this.#lastIndex ? 1 : 0
    return nonce
  }
}
