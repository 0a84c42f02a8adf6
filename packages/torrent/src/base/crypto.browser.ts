import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import type { Hasher, Sha1Aside, Sha256IntoAside } from './hasher.ts'

/** SHA-1 of `bytes`: 20 bytes. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return nobleSha1(bytes)
}

/** SHA-256 of `bytes`: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes)
}

/** SHA-256 of `bytes`, written to the 32 bytes of `into` from `at`. For hash trees. */
export function sha256Into(bytes: Uint8Array, into: Uint8Array, at: number): void {
  into.set(nobleSha256(bytes), at)
}

/** Pages that are not secure have no Web Crypto. It takes a tenth of the time of what can be done here, and another thread. */
const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle

/** From how many bytes on a piece has its SHA-1 made beside the event loop: always, where that can be. */
export const SHA1_ASIDE_FROM_BYTES: Sha1Aside = subtle
  ? { v1: 0, hybrid: 0 }
  : { v1: Number.POSITIVE_INFINITY, hybrid: Number.POSITIVE_INFINITY }

/** SHA-1 of `bytes`, 20 bytes, made beside the event loop. They may change as soon as this returns. */
export async function sha1Aside(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return subtle ? new Uint8Array(await subtle.digest('SHA-1', bytes)) : nobleSha1(bytes)
}

/**
 * As `sha256Into`, but beside the event loop: `bytes` may change as soon as this returns, `into` is written to when it resolves. Null
 * where that takes longer.
 */
export const sha256IntoAside: Sha256IntoAside | null = subtle
  ? async (bytes, into, at) => into.set(new Uint8Array(await subtle.digest('SHA-256', bytes)), at)
  : null

/** An incremental hash: call `update` any number of times, then `digest` once. */
export function createHasher(algorithm: 'sha1' | 'sha256'): Hasher {
  return algorithm === 'sha1' ? nobleSha1.create() : nobleSha256.create()
}

/** `count` bytes from the browser's generator. */
export function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  // Web Crypto refuses more than 65,536 bytes a call.
  for (let at = 0; at < count; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536))
  return bytes
}
