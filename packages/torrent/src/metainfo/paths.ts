import { latin1, utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { MAX_COMPONENT_BYTES, MAX_PATH_COMPONENTS } from './limits.ts'

// A byte order mark is kept: it is part of the name.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes a name. Names that are not UTF-8, from torrents older than that rule, are decoded as Latin-1: different names then stay
 * different, which replacement characters would not guarantee.
 */
export function nameText(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return latin1(bytes)
  }
}

/**
 * Returns `component` if it is valid as a path component, else throws `bad-torrent`. It must not be empty, `.`, `..` or longer than 1,024
 * bytes, nor contain `/` or NUL. A backslash is allowed, but since it separates folders on some systems, the parts around it must not be
 * empty, `.` or `..` either.
 */
export function checkComponent(component: string, what = 'a file name'): string {
  const parts = component.split('\\')
  const fault =
    component === ''
      ? 'is empty'
      : component.includes('/')
        ? 'contains a slash'
        : component.includes('\0')
          ? 'contains a NUL'
          : parts.some(part => part === '' || part === '.' || part === '..')
            ? 'leads to another folder'
            : component.length > MAX_COMPONENT_BYTES || utf8(component).length > MAX_COMPONENT_BYTES
              ? `is longer than ${MAX_COMPONENT_BYTES} bytes`
              : null
  if (fault) throw badTorrent(`${what} ${fault}: ${JSON.stringify(component.slice(0, 80))}`)
  return component
}

/** Throws `bad-torrent` unless `path` has 1 to 100 components that `checkComponent` accepts. */
export function checkPath(path: readonly string[], what = 'a file name'): void {
  if (path.length === 0) throw badTorrent(`${what} is empty`)
  if (path.length > MAX_PATH_COMPONENTS) {
    throw badTorrent(`a path has more than ${MAX_PATH_COMPONENTS} folders`)
  }
  for (const component of path) checkComponent(component, what)
}

/** Rejects torrents in which two files have the same path or a file's path is also a folder. */
export class PathSet {
  /** A trie in one Map: `<parent folder number>/<name>` to the folder's number, or -1 for a file. */
  readonly #entries = new Map<string, number>()
  #folders = 0

  /** Adds the path of a file; throws `bad-torrent` if it collides. */
  add(path: readonly string[]): void {
    let folder = 0
    for (let i = 0; i < path.length; i++) {
      const key = `${folder}/${path[i]}`
      const known = this.#entries.get(key)
      const isFile = i === path.length - 1
      if (known !== undefined && (isFile || known < 0)) {
        const shown = JSON.stringify(path.join('/').slice(0, 200))
        throw badTorrent(
          isFile && known < 0 ? `two files have the path ${shown}` : `${shown} is both a file and a folder`,
        )
      }
      folder = known ?? (isFile ? -1 : ++this.#folders)
      if (known === undefined) this.#entries.set(key, folder)
    }
  }
}

/** A `bad-torrent` error; `fault` completes the sentence "This torrent cannot be used: …". */
export function badTorrent(fault: string, cause?: unknown): ShoalError {
  return new ShoalError(
    'bad-torrent',
    `This torrent cannot be used: ${fault}`,
    cause === undefined ? undefined : { cause },
  )
}
