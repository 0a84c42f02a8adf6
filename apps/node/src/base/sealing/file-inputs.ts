/** Reads a file or folder on disk in order to seal it. */
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { type ByteSource, SealedError, type SealInput } from '@shoal/sealed'
import type { FolderFilter } from '@shoal/torrent'

/** The files at a path. Close this after sealing. */
export interface FileInputs {
  readonly inputs: readonly SealInput[]
  readonly totalBytes: number
  close(): Promise<void>
}

/**
 * Rejects with a Failure if something cannot be read, and for symbolic links and devices, which
 * shares cannot contain.
 */
export async function fileInputs(
  path: string,
  { signal, filter }: { readonly signal: AbortSignal; readonly filter?: FolderFilter | undefined },
): Promise<FileInputs> {
  const reader = new FileReader()
  const inputs: SealInput[] = []
  await collect(path, [basename(path)], { inputs, reader, signal, filter })
  const totalBytes = inputs.reduce((sum, { content }) => sum + (content?.lengthBytes ?? 0), 0)
  return { inputs, totalBytes, close: () => reader.close() }
}

interface Collecting {
  readonly inputs: SealInput[]
  readonly reader: FileReader
  readonly signal: AbortSignal
  readonly filter: FolderFilter | undefined
}

async function collect(diskPath: string, path: string[], collecting: Collecting): Promise<void> {
  const { inputs, reader, signal, filter } = collecting
  signal.throwIfAborted()
  const failed = (error: unknown) => {
    throw fileFailure(error, diskPath)
  }
  const stats = await lstat(diskPath).catch(failed)
  const facts = { path, modifiedMs: stats.mtimeMs }
  if (stats.isDirectory()) {
    const all = await readdir(diskPath).catch(failed)
    const names = [...(filter?.(diskPath, all) ?? all)]
    if (names.length === 0) inputs.push(facts)
    // Sorted, independent of the file system.
    for (const name of names.sort()) await collect(join(diskPath, name), [...path, name], collecting)
    return
  }
  if (!stats.isFile())
    throw new Failure(
      'bad-argument',
      `${diskPath} is a link or device, which cannot be sealed: take it out of the folder`,
    )
  const content = reader.source(diskPath, stats.size, stats.mtimeMs)
  inputs.push({ ...facts, content, executable: (stats.mode & 0o100) !== 0 })
}

/** Reads files in sequence, with one open at a time, to limit open file descriptors. */
class FileReader {
  #open: { readonly path: string; readonly file: FileHandle } | null = null

  source(path: string, lengthBytes: number, modifiedMs: number): ByteSource {
    return {
      lengthBytes,
      read: async (offset, length) => {
        const file = await this.#handle(path, lengthBytes, modifiedMs)
        const bytes = new Uint8Array(length)
        let at = 0
        while (at < length) {
          const { bytesRead } = await file.read(bytes, at, length - at, offset + at)
          // Shorter than before: the caller reports it.
          if (bytesRead === 0) return bytes.subarray(0, at)
          at += bytesRead
        }
        return bytes
      },
    }
  }

  async close(): Promise<void> {
    const { file } = this.#open ?? {}
    this.#open = null
    await file?.close()
  }

  async #handle(path: string, lengthBytes: number, modifiedMs: number): Promise<FileHandle> {
    if (this.#open?.path === path) return this.#open.file
    await this.close()
    const file = await open(path, 'r').catch(error => {
      throw fileFailure(error, path)
    })
    this.#open = { path, file }
    const { size, mtimeMs } = await file.stat()
    if (size !== lengthBytes || mtimeMs !== modifiedMs)
      throw new SealedError('changed', `${path} changed while it was being sealed: seal it again`)
    return file
  }
}
