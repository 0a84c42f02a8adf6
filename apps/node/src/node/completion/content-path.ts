import { join } from 'node:path'
import { type Placed, topNames } from '../../base/files/top-names.ts'

/**
 * Returns the full path of a torrent's file or folder, or the download folder if its files have no
 * common folder.
 */
export function findContentPath(torrent: Placed): string {
  const tops = topNames(torrent)
  return tops.length > 1 ? torrent.directory : join(torrent.directory, tops[0]!)
}
