/** Resources that a document can use. Documents are untrusted. */
export const DOCUMENT_LIMITS = {
  /** Larger files are not opened. */
  fileBytes: 32 << 20,
  /** Maximum stored text per document in UTF-16 units; the rest is dropped. */
  textUnits: 4 << 20,
  /** Maximum time per document; its thread is then terminated. */
  timeMs: 20_000,
  /** Maximum memory of a thread: JavaScript's heap, and buffers in addition. */
  heapMb: 256,
  bufferBytes: 384 << 20,
  /** Maximum number of decompressed bytes of an EPUB, and of its files. */
  unpackedBytes: 64 << 20,
  unpackedFiles: 10_000,
  /** Depth of nested elements. */
  htmlDepth: 2000,
  pdfPages: 5000,
} as const
