import { type ByteSource, SealedError } from '@shoal/sealed'
import type { TorrentApi } from '@shoal/torrent'

/** Number of bytes after a read that are fetched next, so that playback continues. */
const AHEAD_BYTES = 8 * 1024 * 1024

/**
 * The single file of a torrent, readable during the download: requested bytes are downloaded first.
 * Throws `not-sealed` for other torrents.
 */
export function torrentSource({ files }: TorrentApi): ByteSource {
  const [file, more] = files
  if (!file || more)
    throw new SealedError(
      'not-sealed',
      'this torrent is not a sealed share, which is a single file: ask for the link again',
    )
  return {
    lengthBytes: file.lengthBytes,
    async read(offset, length, { signal } = {}) {
      const bytes = new Uint8Array(length)
      let at = 0
      for await (const part of file.stream({
        start: offset,
        end: Math.min(offset + length + AHEAD_BYTES, file.lengthBytes),
        ...(signal && { signal }),
      })) {
        const wanted = part.subarray(0, length - at)
        bytes.set(wanted, at)
        at += wanted.length
        if (at === length) break
      }
      return bytes
    },
  }
}
