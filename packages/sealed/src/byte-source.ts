/** Bytes that can be read at any place: a file, a Blob, a torrent that is still on its way. */
export interface ByteSource {
  readonly lengthBytes: number
  /** The `length` bytes from `offset`, both inside. Waits for what is not here yet. */
  read(offset: number, length: number, options?: { signal?: AbortSignal }): Promise<Uint8Array>
}

/** A source of bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    lengthBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  }
}

/** A source of a Blob or File. */
export function blobSource(blob: Blob): ByteSource {
  return {
    lengthBytes: blob.size,
    read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  }
}
