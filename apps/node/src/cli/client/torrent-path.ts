import type { Torrent } from '@shoal/api'
import { SEALED_NAME } from '@shoal/links'

/** The path of a torrent's file or folder on the node's machine, with that machine's separator. */
export function torrentPath({
  directory,
  name,
  sealed,
}: Pick<Torrent, 'directory' | 'name' | 'sealed'>): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(directory) ? '\\' : '/'
  // Only the node shows a sealed share under the name of its content.
  const file = sealed ? SEALED_NAME : name
  return directory.endsWith(separator) ? directory + file : directory + separator + file
}
