/** An incremental hash: call `update` any number of times, then `digest` once. */
export interface Hasher {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}
