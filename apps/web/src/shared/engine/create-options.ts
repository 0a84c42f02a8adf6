import { blobSource, createTorrentFrom, type Metainfo } from '@shoal/torrent'
import type { ChosenFile } from './protocol.ts'

type Given = Parameters<typeof createTorrentFrom>

/**
 * Returns the options to create a torrent from chosen files. Rejects as `createTorrentFrom` does.
 */
export function toCreateOptions(
  files: readonly ChosenFile[],
  options: Given[1],
  context: Given[2],
): Promise<Metainfo> {
  const sources = files.map(({ path, file }) => blobSource(path, file))
  return createTorrentFrom(sources, options, context)
}
