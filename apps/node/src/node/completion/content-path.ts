import { join, relative, sep } from 'node:path'
import type { TorrentApi } from '@shoal/torrent'

/** Returns the full path of a torrent's file or folder, or the download folder of files without one. Names on the disk can differ from those in the torrent. */
export function findContentPath({
  name,
  directory,
  files,
}: Pick<TorrentApi, 'name' | 'directory'> & { files: readonly { diskPath: string | null }[] }): string {
  const tops = new Set<string>()
  for (const { diskPath } of files) {
    const top = diskPath === null ? undefined : relative(directory, diskPath).split(sep)[0]
    if (top && top !== '..') tops.add(top)
  }
  if (tops.size > 1) return directory
  const [top = name] = tops
  return join(directory, top)
}
