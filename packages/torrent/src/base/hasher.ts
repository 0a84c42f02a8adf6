/** An incremental hash: call `update` any number of times, then `digest` once. */
export interface Hasher {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/**
 * Writes the SHA-256 of `bytes` to the 32 bytes of `into` that start at `at`, before the promise
 * resolves.
 */
export type Sha256IntoAsync = (bytes: Uint8Array<ArrayBuffer>, into: Uint8Array, at: number) => Promise<void>

/**
 * Smallest piece, in bytes, for which `sha1Async` is faster than hashing here: alone (v1), or along
 * with its SHA-256 (hybrid).
 */
export interface Sha1AsyncThresholds {
  readonly v1: number
  readonly hybrid: number
}
