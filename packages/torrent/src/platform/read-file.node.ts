import { type FileHandle, open } from 'node:fs/promises'
import { ShoalError } from '../base/errors.ts'

const CHUNK_BYTES = 1 << 20
/** To see that a file has ended: thousands are read in a row. */
const PROBE_BYTES = 64

/**
 * Reads a whole .torrent file, or what comes through a pipe. Rejects with `not-found`, `no-permission`, `io`, or `bad-torrent` when it is
 * over `maxBytes`, or a folder.
 */
export async function readTorrentFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      return await readAtMost(file, path, maxBytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw explain(error, path)
  }
}

/** A device or a pipe does not say how much it holds, so the bytes are counted as they come. */
async function readAtMost(file: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const stat = await file.stat()
  if (stat.isDirectory()) throw new ShoalError('bad-torrent', `${path} is a folder: give a .torrent file`)
  const { size } = stat
  const chunks: Uint8Array[] = []
  let total = 0
  while (total <= maxBytes && size <= maxBytes) {
    const chunk = new Uint8Array(size > total ? size - total : stat.isFile() ? PROBE_BYTES : CHUNK_BYTES)
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null)
    if (bytesRead === 0) break
    chunks.push(chunk.subarray(0, bytesRead))
    total += bytesRead
  }
  if (Math.max(size, total) > maxBytes)
    throw new ShoalError('bad-torrent', `${path} has over ${maxBytes} bytes: a .torrent has at most so many`)
  return new Uint8Array(Buffer.concat(chunks))
}

function explain(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return new ShoalError(
      'not-found',
      `there is no file ${path}. Give a magnet link, an info hash, or the path or URL of a .torrent`,
    )
  if (code === 'EACCES' || code === 'EPERM') return new ShoalError('no-permission', `${path} may not be read`)
  if (error instanceof ShoalError) return error
  return new ShoalError('io', `${path} cannot be read: ${code ?? String(error)}`, { cause: error })
}
