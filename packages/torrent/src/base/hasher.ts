/** An incremental hash: call `update` any number of times, then `digest` once. */
export interface Hasher {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/** Writes the SHA-256 of `bytes` to the 32 bytes of `into` from `at`, some time. */
export type Sha256IntoAside = (bytes: Uint8Array<ArrayBuffer>, into: Uint8Array, at: number) => Promise<void>

/** Bytes of a piece from which on `sha1Aside` is the quicker way to hash it, alone or beside its SHA-256. */
export interface Sha1Aside {
  readonly v1: number
  readonly hybrid: number
}
