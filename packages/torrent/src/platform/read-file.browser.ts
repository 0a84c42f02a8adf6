import { ShoalError } from '../base/errors.ts'

/** Always rejects: browsers cannot read files by path. */
export async function readTorrentFile(path: string, _maxBytes: number): Promise<Uint8Array> {
  throw new ShoalError(
    'bad-argument',
    `${path.slice(0, 100)} is neither a magnet link, an info hash nor a URL. Pass the bytes of a torrent file instead of its path.`,
  )
}
