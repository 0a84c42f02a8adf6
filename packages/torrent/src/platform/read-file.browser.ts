import { ShoalError } from '../base/errors.ts'

/** Browsers read no paths. */
export async function readTorrentFile(path: string, _maxBytes: number): Promise<Uint8Array> {
  throw new ShoalError(
    'bad-argument',
    `${path.slice(0, 100)} is neither a magnet link, an info hash nor a URL: a file is added by its bytes here`,
  )
}
