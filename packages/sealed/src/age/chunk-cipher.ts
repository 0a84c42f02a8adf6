/** ChaCha20-Poly1305 (RFC 8439) with one key, of the chunks of a file: the tag of 16 bytes follows the ciphertext. */
export interface ChunkCipher {
  /** Writes `plain.length + 16` bytes to the beginning of `into`. */
  seal(nonce: Uint8Array, plain: Uint8Array, into: Uint8Array): void
  /** Writes `sealed.length - 16` bytes to the beginning of `into`; false when the tag is wrong, and then what is there is of no use. */
  open(nonce: Uint8Array, sealed: Uint8Array, into: Uint8Array): boolean
}

export const TAG_BYTES = 16
