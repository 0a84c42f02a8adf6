import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import type { Hasher, Sha1AsyncThresholds, Sha256IntoAsync } from './hasher.ts'

/** SHA-1 of `bytes`: 20 bytes. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return nobleSha1(bytes)
}

/** SHA-256 of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes)
}

/** Writes the SHA-256 of `bytes` to the 32 bytes of `into` that start at `at`. For hash trees. */
export function sha256Into(bytes: Uint8Array, into: Uint8Array, at: number): void {
  into.set(nobleSha256(bytes), at)
}

/**
 * Web Crypto, which pages in an insecure context do not have. It runs on another thread and takes a
 * tenth of the time of the script implementation.
 */
const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle

/** Smallest piece whose SHA-1 is computed off the event loop: any, if Web Crypto is available. */
export const SHA1_ASYNC_FROM_BYTES: Sha1AsyncThresholds = subtle
  ? { v1: 0, hybrid: 0 }
  : { v1: Number.POSITIVE_INFINITY, hybrid: Number.POSITIVE_INFINITY }

/**
 * Computes the SHA-1 (20 bytes) of `bytes` off the event loop. `bytes` may change as soon as this
 * returns.
 */
export async function sha1Async(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return subtle ? new Uint8Array(await subtle.digest('SHA-1', bytes)) : nobleSha1(bytes)
}

/**
 * Like `sha256Into`, but off the event loop: `bytes` may change as soon as this returns; `into` is
 * written before it resolves. Null where this would be slower than `sha256Into`.
 */
export const sha256IntoAsync: Sha256IntoAsync | null = subtle
  ? async (bytes, into, at) => into.set(new Uint8Array(await subtle.digest('SHA-256', bytes)), at)
  : null

/** An incremental hash: call `update` any number of times, then `digest` once. */
export function createHasher(algorithm: 'sha1' | 'sha256'): Hasher {
  return algorithm === 'sha1' ? nobleSha1.create() : nobleSha256.create()
}

/** Returns `count` bytes from the browser's secure generator. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  // Web Crypto refuses more than 65,536 bytes per call.
  for (let at = 0; at < count; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536))
  return bytes
}
