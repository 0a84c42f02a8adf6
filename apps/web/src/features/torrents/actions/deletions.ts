/** Something on the node's disk that goes with a torrent. */
export interface Deletion {
  readonly kind: 'file' | 'folder'
  readonly path: string
  /** Files of the torrent in it. */
  readonly files: number
}

/** A path below a folder, with the separator of the machine that the folder is on. */
export function pathIn(directory: string, below: string): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(directory) ? '\\' : '/'
  const start = directory.endsWith(separator) ? directory : directory + separator
  return start + below.replaceAll('/', separator)
}

/**
 * The folders and files right below the download folder that hold a torrent's files. `paths` may be the first of `total` only: what is
 * beyond them is taken to be in the same folder where there is only one.
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
