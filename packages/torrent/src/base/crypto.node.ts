import { createHash, hash, randomBytes as nodeRandomBytes, webcrypto } from 'node:crypto'
import type { Hasher, Sha1AsyncThresholds, Sha256IntoAsync } from './hasher.ts'

/** SHA-1 of `bytes`: 20 bytes. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return hash('sha1', bytes, 'buffer')
}

/** SHA-256 of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/**
 * Writes the SHA-256 of `bytes` to the 32 bytes of `into` that start at `at`. For hash trees, where
 * allocating a digest per node would cost more than hashing it.
 */
export function sha256Into(bytes: Uint8Array, into: Uint8Array, at: number): void {
  // A one-byte string costs a third of the Buffer that 'buffer' would allocate outside the heap.
  const digest = hash('sha256', bytes, 'binary')
  for (let i = 0; i < 32; i++) into[at + i] = digest.charCodeAt(i)
}

/**
 * Smallest piece whose SHA-1 is computed on another thread: only of hybrid torrents, while this
 * thread computes the SHA-256, since doing both here would halve the rate. Hashing a smaller piece
 * costs less than the hop.
 */
export const SHA1_ASYNC_FROM_BYTES: Sha1AsyncThresholds = { v1: Number.POSITIVE_INFINITY, hybrid: 256 * 1024 }

/**
 * Computes the SHA-1 (20 bytes) of `bytes` off the event loop. It copies them, so it pays off only
 * for large inputs.
 */
export async function sha1Async(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-1', bytes))
}

/**
 * See crypto.browser.ts. Null, since hashing a block here takes less time than handing it to
 * another thread.
 */
export const sha256IntoAsync: Sha256IntoAsync | null = null

/** An incremental hash: call `update` any number of times, then `digest` once. */
export function createHasher(algorithm: 'sha1' | 'sha256'): Hasher {
  return createHash(algorithm)
}

/** Returns `count` bytes from the system's secure generator. */
export function randomBytes(count: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(count))
}
