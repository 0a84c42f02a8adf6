import { type FileHandle, open } from 'node:fs/promises'
import { ShoalError } from '../base/errors.ts'
import { isMissing, OPEN_FLAGS, readError } from './file-errors.node.ts'
import type { ByteSource } from './hash-pool.ts'

export interface SegmentReader {
  /** Like ByteSource.read. */
  read: (offset: number, into: Uint8Array) => Promise<void>
  close: () => Promise<void>
}

/** Reads a source on disk asynchronously, with one file open at a time. */
export function segmentReader(source: ByteSource): SegmentReader {
  let openPath: string | null = null
  let file: FileHandle | null = null

  const close = async () => {
    await file?.close()
    file = null
    openPath = null
  }
  const use = async (path: string): Promise<FileHandle> => {
    if (file && openPath === path) return file
    await close()
    file = await open(path, OPEN_FLAGS)
    openPath = path
    return file
  }
  const fill = async (path: string, offset: number, into: Uint8Array) => {
    try {
      const handle = await use(path)
      for (let have = 0; have < into.length; ) {
        const { bytesRead } = await handle.read(into, have, into.length - have, offset + have)
        if (bytesRead === 0) throw new ShoalError('not-found', `${path} is too short`)
        have += bytesRead
      }
    } catch (error) {
      if (error instanceof ShoalError) throw error
      const { code = '', message } = error as NodeJS.ErrnoException
      if (isMissing(code)) throw new ShoalError('not-found', `${path} is missing`)
      throw readError(code, path, message)
    }
  }
  const read = async (offset: number, into: Uint8Array) => {
    let at = 0
    for (const { path, offset: fileOffset, length } of source.segments(offset, into.length) ?? []) {
      const part = into.subarray(at, at + length)
      if (path === null) part.fill(0)
      else await fill(path, fileOffset, part)
      at += length
    }
    if (at < into.length) throw new ShoalError('not-found', 'The bytes of the piece are not on disk')
  }
  return { read, close }
}
