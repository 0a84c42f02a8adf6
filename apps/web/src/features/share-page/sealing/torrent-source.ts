import type { ByteSource } from '@shoal/sealed'
import type { ShareFile } from '../share-file.ts'

/** Concurrent readers: a video and its subtitles, a file that is being saved. */
const MAX_READERS = 4

interface Reader {
  readonly stream: ReadableStreamDefaultReader<Uint8Array>
  position: number
  /** Bytes that arrived with the previous ones and have not been requested yet. */
  rest: Uint8Array
}

/**
 * Returns random access to the bytes of a file of a torrent. A read that starts where the previous
 * one ended uses the same stream, for which the engine reads ahead.
 */
export function torrentSource(file: ShareFile): ByteSource {
  const idle: Reader[] = []
  const open = (position: number): Reader => ({
    stream: file.read({ start: position, end: file.lengthBytes }).getReader(),
    position,
    rest: new Uint8Array(0),
  })
  return {
    lengthBytes: file.lengthBytes,
    async read(offset, length, { signal } = {}) {
      const at = idle.findIndex(({ position }) => position === offset)
      const reader = at < 0 ? open(offset) : idle.splice(at, 1)[0]!
      const abort = () => void reader.stream.cancel().catch(() => {})
      signal?.addEventListener('abort', abort, { once: true })
      try {
        const bytes = await take(reader, length)
        signal?.throwIfAborted()
        idle.push(reader)
        if (idle.length > MAX_READERS)
          void idle
            .shift()!
            .stream.cancel()
            .catch(() => {})
        return bytes
      } catch (error) {
        abort()
        throw error
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    },
  }
}

/** Reads the next bytes; fewer than `length` only at the end of the file. */
async function take(reader: Reader, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    if (reader.rest.length === 0) {
      const { done, value } = await reader.stream.read()
      if (done) break
      reader.rest = value
    }
    const part = reader.rest.subarray(0, length - filled)
    bytes.set(part, filled)
    filled += part.length
    reader.rest = reader.rest.subarray(part.length)
  }
  reader.position += filled
  return bytes.subarray(0, filled)
}
