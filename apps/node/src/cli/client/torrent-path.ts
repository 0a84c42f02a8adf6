import type { Torrent } from '@shoal/api'

/** The path of a torrent's file or folder on the node's machine, with that machine's separator. */
export function torrentPath({ directory, name }: Pick<Torrent, 'directory' | 'name'>): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(directory) ? '\\' : '/'
  return directory.endsWith(separator) ? directory + name : directory + separator + name
}
