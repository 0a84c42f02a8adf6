import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import type { Hasher } from './hasher.ts'

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

/** SHA-1 of `bytes`, 20 bytes, made beside the event loop. It costs a copy of the bytes, so it is for large ones. */
export async function sha1Aside(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))
}

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
