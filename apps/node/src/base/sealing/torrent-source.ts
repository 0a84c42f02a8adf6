import { type ByteSource, SealedError } from '@shoal/sealed'
import type { TorrentApi } from '@shoal/torrent'

/** The single file of a torrent, readable during the download: the bytes that are read are downloaded first. Throws `not-sealed` for other torrents. */
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
        end: offset + length,
        ...(signal && { signal }),
      })) {
        bytes.set(part, at)
        at += part.length
      }
      return bytes
    },
  }
}
