import { join, relative, sep } from 'node:path'
import type { TorrentApi } from '@shoal/torrent'

/** Returns the full path of a torrent's file or folder. Names on the disk can differ from those in the torrent. */
export function findContentPath({
  name,
  directory,
  files,
}: Pick<TorrentApi, 'name' | 'directory'> & { files: readonly { diskPath: string | null }[] }): string {
  const diskPath = files.find(file => file.diskPath !== null)?.diskPath
  const top = diskPath ? relative(directory, diskPath).split(sep)[0] : undefined
  return join(directory, top && top !== '..' ? top : name)
}
