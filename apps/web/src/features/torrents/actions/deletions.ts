/** A file or folder on the node's disk that is deleted with a torrent. */
export interface Deletion {
  readonly kind: 'file' | 'folder'
  readonly path: string
  /** The number of the torrent's files in it. */
  readonly files: number
}

/** Returns a path below a folder, with the separator of the machine that has the folder. */
function pathIn(directory: string, below: string): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(directory) ? '\\' : '/'
  const start = directory.endsWith(separator) ? directory : directory + separator
  return start + below.replaceAll('/', separator)
}

/**
 * Returns the files and folders directly below the download folder that contain a torrent's files.
 * `paths` may contain only the first of `total` files: if they are all in one folder, the others
 * are assumed to be there, too.
 */
export function listDeletions(directory: string, paths: readonly string[], total: number): Deletion[] {
  const tops = new Map<string, Deletion>()
  for (const path of paths) {
    const cut = path.indexOf('/')
    const top = cut < 0 ? path : path.slice(0, cut)
    const files = (tops.get(top)?.files ?? 0) + 1
    tops.set(top, { kind: cut < 0 ? 'file' : 'folder', path: pathIn(directory, top), files })
  }
  const [only, ...others] = tops.values()
  return only?.kind === 'folder' && others.length === 0 ? [{ ...only, files: total }] : [...tops.values()]
}
