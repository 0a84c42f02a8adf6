/** How the next bytes of a file are asked for. */
export interface ReadSource {
  /** Null at the end. */
  next(position: number): Promise<Uint8Array | null>
  end(): void
}

/** Asked for ahead of whoever reads, so that no round trip is waited for. */
const AHEAD_BYTES = 1024 * 1024

/** Bytes `[start, end)` as a stream. */
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
