import { open } from 'node:fs/promises'
import { ShoalError } from '../base/errors.ts'

/** Reads a whole .torrent file. Rejects with `not-found`, `no-permission`, `io`, or `bad-torrent` when it is over `maxBytes`. */
export async function readTorrentFile(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > maxBytes)
        throw new ShoalError('bad-torrent', `${path} has ${size} bytes: a .torrent has at most ${maxBytes}`)
      return new Uint8Array(await file.readFile())
    } finally {
      await file.close()
    }
  } catch (error) {
    throw explain(error, path)
  }
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
