import type { ByteSource } from '@shoal/sealed'
import type { ShareFile } from '../share-file.ts'

/** Readers that go on side by side: a film and its subtitles, a file that is saved. */
const MAX_READERS = 4

interface Reader {
  readonly stream: ReadableStreamDefaultReader<Uint8Array>
  position: number
  /** Came with the last bytes, and was not asked for yet. */
  rest: Uint8Array
}

/** The bytes of a file of a torrent, at any place. A read that begins where the last one stopped uses the same stream, which the engine reads ahead. */
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

/** The next bytes; fewer only at the end of the file. */
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
