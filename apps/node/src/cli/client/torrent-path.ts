import type { Torrent } from '@shoal/api'
import { SEALED_NAME } from '@shoal/links'

type Place = Pick<Torrent, 'directory' | 'name' | 'diskName' | 'fileCount' | 'sealed'>

/**
 * Returns the path of a torrent's file or folder on the node's machine, with that machine's
 * separator; the download folder if its files have no common folder.
 */
export function torrentPath({ directory, name, diskName, fileCount, sealed }: Place): string {
  if (diskName === null && fileCount !== null) return directory
  const separator = /^[A-Za-z]:\\|^\\\\/.test(directory) ? '\\' : '/'
  // Only the node shows a sealed share under the name of its content.
  const file = diskName ?? (sealed ? SEALED_NAME : name)
  return directory.endsWith(separator) ? directory + file : directory + separator + file
}
