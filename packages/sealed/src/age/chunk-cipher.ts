/**
 * ChaCha20-Poly1305 (RFC 8439) with one key for the chunks of a file. The tag of 16 bytes follows
 * the ciphertext.
 */
export interface ChunkCipher {
  /** Writes `plain.length + 16` bytes to the beginning of `into`. */
  seal(nonce: Uint8Array, plain: Uint8Array, into: Uint8Array): void
  /**
   * Writes `sealed.length - 16` bytes to the beginning of `into`. Returns false if the tag is
   * wrong; the bytes must then not be used.
   */
  open(nonce: Uint8Array, sealed: Uint8Array, into: Uint8Array): boolean
}

export const TAG_BYTES = 16
