/** The source of the bytes of a stream. */
export interface ReadSource {
  /** Returns null at the end. */
  next(position: number): Promise<Uint8Array | null>
  end(): void
}

/** Requested ahead of the reader, to hide the round trip. */
const AHEAD_BYTES = 1024 * 1024

/** Streams the bytes `[start, end)`. */
export function readStream(
  { start, end }: { start: number; end: number },
  source: ReadSource,
): ReadableStream<Uint8Array> {
  let position = start
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = position < end ? await source.next(position) : null
        if (bytes === null) {
          source.end()
          return controller.close()
        }
        position += bytes.length
        controller.enqueue(bytes)
      },
      cancel: () => source.end(),
    },
    { highWaterMark: AHEAD_BYTES, size: bytes => bytes?.length ?? 0 },
  )
}
