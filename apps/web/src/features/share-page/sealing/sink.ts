/** The destination of sealed bytes: a file in the browser's storage, or memory. */
import { lockFile, opfsError, removeFile, type SyncAccessHandle, writeAll } from '@shoal/torrent/opfs'
import { PeerError } from '../../../shared/engine/failure.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/sealing.ts'

export interface Sink {
  write(bytes: Uint8Array): void
  /** Returns the sealed bytes, or null if they are in the storage. */
  finish(): Blob | null
  /** Deletes everything that was written. */
  discard(): Promise<void>
}

/** Without storage, sealed data stays in memory: this is the limit. */
const MOST_IN_MEMORY_BYTES = 256e6

/**
 * Creates a sink. Rejects with `no-space` before anything is written, if the browser reports the
 * free space.
 */
export async function openSink(path: string | null, lengthBytes: number): Promise<Sink> {
  if (path === null) return memorySink(lengthBytes)
  const { usage = 0, quota = Number.POSITIVE_INFINITY } = await navigator.storage.estimate()
  if (lengthBytes > quota - usage) throw noRoom(lengthBytes, Math.max(0, quota - usage))
  const sink = fileSink(await lockFile(path, true), path, lengthBytes)
  try {
    // Reserves the whole length: an estimate is inaccurate, in some browsers on purpose.
    sink.reserve()
    return sink
  } catch (error) {
    await sink.discard()
    throw error
  }
}

function fileSink(handle: SyncAccessHandle, path: string, lengthBytes: number): Sink & { reserve(): void } {
  let at = 0
  const mapErrors = (work: () => void) => {
    try {
      work()
    } catch (error) {
      const failure = opfsError(error, path)
      throw failure.code === 'no-space' ? noRoom(lengthBytes, null) : failure
    }
  }
  return {
    reserve: () => mapErrors(() => handle.truncate(lengthBytes)),
    write(bytes) {
      mapErrors(() => writeAll(handle, bytes, at, path))
      at += bytes.length
    },
    finish() {
      mapErrors(() => handle.flush())
      handle.close()
      return null
    },
    async discard() {
      handle.close()
      await removeFile(path)
    },
  }
}

function memorySink(lengthBytes: number): Sink {
  if (lengthBytes > MOST_IN_MEMORY_BYTES)
    throw new PeerError({
      code: 'no-space',
      message: texts.onlyInMemory({ most: formatBytes(MOST_IN_MEMORY_BYTES) }),
    })
  let parts: Blob[] = []
  return {
    write: bytes => void parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>])),
    finish: () => new Blob(parts),
    async discard() {
      parts = []
    },
  }
}

function noRoom(neededBytes: number, freeBytes: number | null): PeerError {
  const needed = formatBytes(neededBytes)
  const message =
    freeBytes === null
      ? texts.noRoomUnknown({ needed })
      : texts.noRoom({ needed, free: formatBytes(freeBytes) })
  return new PeerError({ code: 'no-space', message })
}
