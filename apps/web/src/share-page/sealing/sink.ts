/** Where sealed bytes go: a file in the browser's storage, or memory. */
import { formatBytes } from '../../format/format.ts'
import { PeerError } from '../../peer/failure.ts'
import { folderOf, namesOf, removeStored } from '../../peer/stored-file.ts'
import { texts } from '../../texts/sealing.ts'

export interface Sink {
  write(bytes: Uint8Array): void
  /** Null: it is stored. */
  finish(): Blob | null
  /** Nothing of it is left. */
  discard(): Promise<void>
}

/** As FileSystemSyncAccessHandle, which DOM's own types leave out. */
interface AccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

/** Where there is no storage, what is sealed is held by the browser. */
const MOST_IN_MEMORY_BYTES = 256e6

/** Rejects with `no-space` before anything is written, where the browser tells so. */
export async function openSink(path: string | null, lengthBytes: number): Promise<Sink> {
  if (path === null) return memorySink(lengthBytes)
  const { usage = 0, quota = Number.POSITIVE_INFINITY } = await navigator.storage.estimate()
  if (lengthBytes > quota - usage) throw noRoom(lengthBytes, Math.max(0, quota - usage))
  const names = namesOf(path)
  const name = names.pop()!
  const folder = await folderOf(names, true)
  const file = (await folder.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
    createSyncAccessHandle(): Promise<AccessHandle>
  }
  const sink = fileSink(await file.createSyncAccessHandle(), path, lengthBytes)
  try {
    // Its whole room at once: an estimate is a guess, in some browsers on purpose.
    sink.reserve()
    return sink
  } catch (error) {
    await sink.discard()
    throw error
  }
}

function fileSink(handle: AccessHandle, path: string, lengthBytes: number): Sink & { reserve(): void } {
  let at = 0
  const told = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      // Firefox names some errors in their text only.
      if (/Quota|NO_DEVICE_SPACE/i.test(String(error))) throw noRoom(lengthBytes, null)
      throw error
    }
  }
  return {
    reserve: () => told(() => handle.truncate(lengthBytes)),
    write(bytes) {
      const written = told(() => handle.write(bytes, { at }))
      // A short write is no error to it.
      if (written !== bytes.length) throw noRoom(lengthBytes, null)
      at += written
    },
    finish() {
      told(() => handle.flush())
      handle.close()
      return null
    },
    async discard() {
      handle.close()
      await removeStored(path)
    },
  }
}

function memorySink(lengthBytes: number): Sink {
  if (lengthBytes > MOST_IN_MEMORY_BYTES)
    throw new PeerError({ code: 'no-space', message: texts.onlyInMemory(formatBytes(MOST_IN_MEMORY_BYTES)) })
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
  const free = freeBytes === null ? null : formatBytes(freeBytes)
  return new PeerError({ code: 'no-space', message: texts.noRoom(formatBytes(neededBytes), free) })
}
