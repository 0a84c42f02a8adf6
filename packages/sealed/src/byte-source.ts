/** Bytes with random access: a file, a Blob, or a torrent that is still downloading. */
export interface ByteSource {
  readonly lengthBytes: number
  /**
   * Reads `length` bytes from `offset`; the range must be inside. Waits for bytes that are not
   * available yet.
   */
  read(offset: number, length: number, options?: { signal?: AbortSignal }): Promise<Uint8Array>
}

/** Creates a source for bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    lengthBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  }
}

/** Creates a source for a Blob or File. */
export function blobSource(blob: Blob): ByteSource {
  return {
    lengthBytes: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  }
}
