// Plain descriptors: a FileHandle for each of thousands of files in a row takes twice the time.
import fs from 'node:fs'
import { promisify } from 'node:util'
import { ShoalError } from '../base/errors.ts'

const open = promisify(fs.open)
const fstat = promisify(fs.fstat)
const read = promisify(fs.read)
const close = promisify(fs.close)

const CHUNK_BYTES = 1 << 20
/** Bytes requested beyond the size of a file, to detect its end. */
const PROBE_BYTES = 64

/**
 * Reads a complete .torrent file or pipe. Rejects with `not-found`, `no-permission`, `io`, or
 * `bad-torrent` if it is a folder or has more than `maxBytes`.
 */
export async function readTorrentFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      return await readAtMost(file, path, maxBytes)
    } finally {
      await close(file)
    }
  } catch (error) {
    throw explain(error, path)
  }
}

/** Devices and pipes do not report a size, so the bytes are counted while reading. */
async function readAtMost(file: number, path: string, maxBytes: number): Promise<Uint8Array> {
  const stat = await fstat(file)
  if (stat.isDirectory()) throw new ShoalError('bad-torrent', `${path} is a folder. Give a .torrent file.`)
  const { size } = stat
  const chunks: Uint8Array[] = []
  let total = 0
  while (total <= maxBytes && size <= maxBytes) {
    // One read of a file returns all of it and shows its end.
    const chunk = new Uint8Array(stat.isFile() ? Math.max(size - total, 0) + PROBE_BYTES : CHUNK_BYTES)
    const { bytesRead } = await read(file, chunk, 0, chunk.length, null)
    chunks.push(chunk.subarray(0, bytesRead))
    total += bytesRead
    if (bytesRead === 0 || (stat.isFile() && total === size)) break
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
