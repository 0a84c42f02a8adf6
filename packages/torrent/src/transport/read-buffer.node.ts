const READ_BYTES = 256 * 1024
const READ_BYTES_EACH = 64 * 1024
/**
 * libuv fills the buffer and calls back at once, so all connections may share one; on Windows a
 * read owns its buffer.
 */
const shareReads = process.platform !== 'win32'
/** A read of this size may have left bytes in the socket. */
export const FULL_READ_BYTES = shareReads ? READ_BYTES : READ_BYTES_EACH
let sharedBuffer: Uint8Array | undefined

/** Returns the buffer for a new connection's reads. */
export function readBuffer(): Uint8Array {
  if (!shareReads) return new Uint8Array(READ_BYTES_EACH)
  sharedBuffer ??= new Uint8Array(READ_BYTES)
  return sharedBuffer
}
