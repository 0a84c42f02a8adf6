/** What a document may cost. Documents come from anybody. */
export const DOCUMENT_LIMITS = {
  /** Larger files are not opened. */
  fileBytes: 32 << 20,
  /** UTF-16 units of text that are kept of one document; the rest is left out. */
  textUnits: 4 << 20,
  /** Time for one document; then its thread is ended. */
  timeMs: 20_000,
  /** What one thread may have in use: JavaScript's heap, and buffers besides. */
  heapMb: 256,
  bufferBytes: 384 << 20,
  /** What is unpacked of one EPUB, and its files. */
  unpackedBytes: 64 << 20,
  unpackedFiles: 10_000,
  /** Elements within each other. */
  htmlDepth: 2000,
  pdfPages: 5000,
} as const
