/**
 * Parses a .torrent in the page, so that its link does not have to be typed. Loaded when a file is
 * chosen.
 */
import { magnetOf, parseMetainfo } from '@shoal/torrent'

export interface TorrentFile {
  readonly link: string
  readonly sizeBytes: number
  readonly fileCount: number
}

/** Rejects if the file is not a torrent. */
export async function readTorrentFile(file: Blob): Promise<TorrentFile> {
  const metainfo = parseMetainfo(new Uint8Array(await file.arrayBuffer()))
  const { lengthBytes, files } = metainfo.info
  return {
    link: magnetOf(metainfo),
    sizeBytes: lengthBytes,
    fileCount: files.filter(({ pad }) => !pad).length,
  }
}
