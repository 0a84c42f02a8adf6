/** Resources that a document may use. Documents come from strangers. */
export const DOCUMENT_LIMITS = {
  /** Larger files are not opened. */
  fileBytes: 32 << 20,
  /** UTF-16 units of text that are stored of one document; the rest is left out. */
  textUnits: 4 << 20,
  /** Time for one document; then its thread is terminated. */
  timeMs: 20_000,
  /** Memory that one thread may use: JavaScript's heap, and buffers in addition. */
  heapMb: 256,
  bufferBytes: 384 << 20,
  /** Bytes that are decompressed of one EPUB, and its files. */
  unpackedBytes: 64 << 20,
  unpackedFiles: 10_000,
  /** Depth of nested elements. */
  htmlDepth: 2000,
  pdfPages: 5000,
} as const
