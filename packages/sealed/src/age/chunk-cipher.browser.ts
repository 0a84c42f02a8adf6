import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { type ChunkCipher, TAG_BYTES } from './chunk-cipher.ts'

/** Computed in script, because Web Crypto has no ChaCha20. */
export function chunkCipher(key: Uint8Array): ChunkCipher {
  return {
    seal(nonce, plain, into) {
      chacha20poly1305(key, nonce).encrypt(plain, into.subarray(0, plain.length + TAG_BYTES))
    },
    open(nonce, sealed, into) {
      try {
        chacha20poly1305(key, nonce).decrypt(sealed, into.subarray(0, sealed.length - TAG_BYTES))
        return true
      } catch {
        return false
      }
    },
  }
}
