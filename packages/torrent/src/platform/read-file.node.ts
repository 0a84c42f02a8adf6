import { type FileHandle, open } from 'node:fs/promises'
import { ShoalError } from '../base/errors.ts'

const CHUNK_BYTES = 1 << 20
/** Size of the read that detects the end of a file. Small, because sessions read thousands of files in a row. */
const PROBE_BYTES = 64

/**
 * Reads a complete .torrent file or pipe. Rejects with `not-found`, `no-permission`, `io`, or `bad-torrent` if it is a folder or has more than
 * `maxBytes`.
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

/** Devices and pipes do not report a size, so the bytes are counted while reading. */
async function readAtMost(file: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const stat = await file.stat()
  if (stat.isDirectory()) throw new ShoalError('bad-torrent', `${path} is a folder. Give a .torrent file.`)
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
    throw new ShoalError(
      'bad-torrent',
      `${path} has more than ${maxBytes} bytes, the limit for torrent files`,
    )
  return new Uint8Array(Buffer.concat(chunks))
}

function explain(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT')
    return new ShoalError(
      'not-found',
      `${path} does not exist. Give a magnet link, an info hash, or the path or URL of a .torrent file.`,
    )
  if (code === 'EACCES' || code === 'EPERM')
    return new ShoalError(
      'no-permission',
      `No permission to read ${path}. Change its permissions, then try again.`,
    )
  if (error instanceof ShoalError) return error
  return new ShoalError('io', `Cannot read ${path}: ${code ?? String(error)}`, { cause: error })
}
