import { createCipheriv, createDecipheriv } from 'node:crypto'
import { type ChunkCipher, TAG_BYTES } from './chunk-cipher.ts'

const ALGORITHM = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_BYTES }

export function chunkCipher(key: Uint8Array): ChunkCipher {
  return {
    seal(nonce, plain, into) {
      const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS)
      into.set(cipher.update(plain))
      cipher.final()
      into.set(cipher.getAuthTag(), plain.length)
    },
    open(nonce, sealed, into) {
      const end = sealed.length - TAG_BYTES
      const decipher = createDecipheriv(ALGORITHM, key, nonce, OPTIONS)
      decipher.setAuthTag(sealed.subarray(end))
      into.set(decipher.update(sealed.subarray(0, end)))
      try {
        decipher.final()
        return true
      } catch {
        return false
      }
    },
  }
}
