import type { Torrent } from '@shoal/api'

/** Where its file or folder lies on the node's machine, whose separator the folder has. */
export function torrentPath({ directory, name }: Pick<Torrent, 'directory' | 'name'>): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(directory) ? '\\' : '/'
  return directory.endsWith(separator) ? directory + name : directory + separator + name
}
