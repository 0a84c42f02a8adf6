import { createHash, hash, randomBytes as nodeRandomBytes, webcrypto } from 'node:crypto'
import type { Hasher, Sha1Aside, Sha256IntoAside } from './hasher.ts'

/** SHA-1 of `bytes`: 20 bytes. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return hash('sha1', bytes, 'buffer')
}

/** SHA-256 of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** SHA-256 of `bytes`, written to the 32 bytes of `into` from `at`. For hash trees, where a digest object a node would cost more than the hash. */
export function sha256Into(bytes: Uint8Array, into: Uint8Array, at: number): void {
  // A one-byte string costs a third of the Buffer that 'buffer' would allocate outside of the heap.
  const digest = hash('sha256', bytes, 'binary')
  for (let i = 0; i < 32; i++) into[at + i] = digest.charCodeAt(i)
}

/**
 * From how many bytes on a piece has its SHA-1 made by another thread: a hybrid one, while this thread makes its SHA-256, since both here
 * would halve the rate. A smaller piece costs less than the hop.
 */
export const SHA1_ASIDE_FROM_BYTES: Sha1Aside = { v1: Number.POSITIVE_INFINITY, hybrid: 256 * 1024 }

/** SHA-1 of `bytes`, 20 bytes, made beside the event loop. It costs a copy of the bytes, so it is for large ones. */
export async function sha1Aside(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-1', bytes))
}

/** See crypto.browser.ts. Here a block is hashed sooner than it is handed over. */
export const sha256IntoAside: Sha256IntoAside | null = null

/** An incremental hash: call `update` any number of times, then `digest` once. */
export function createHasher(algorithm: 'sha1' | 'sha256'): Hasher {
  return createHash(algorithm)
}

/** `count` bytes from the system's generator. */
export function randomBytes(count: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(count))
}
