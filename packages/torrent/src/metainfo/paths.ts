import { utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { MAX_COMPONENT_BYTES, MAX_PATH_COMPONENTS } from './limits.ts'
import { shorten } from './safe-names.ts'

/**
 * Returns `component` if it is valid as a path component, else throws `bad-torrent`. It must not be empty, `.`, `..` or longer than 1,024
 * bytes, nor contain `/` or NUL. A backslash is allowed, but since it separates folders on some systems, the parts around it must not be
 * empty, `.` or `..` either.
 */
export function checkComponent(component: string, what = 'a file name'): string {
  const fault = faultOf(component)
  if (fault) throw badTorrent(`${what} ${fault}: ${JSON.stringify(component.slice(0, 80))}`)
  return component
}

function faultOf(component: string): string | null {
  if (component === '') return 'is empty'
  if (component.includes('/')) return 'contains a slash'
  if (component.includes('\0')) return 'contains a NUL'
  if (component.split('\\').some(leadsElsewhere)) return 'leads to another folder'
  if (component.length > MAX_COMPONENT_BYTES || utf8(component).length > MAX_COMPONENT_BYTES)
    return `is longer than ${MAX_COMPONENT_BYTES} bytes`
  return null
}

const leadsElsewhere = (part: string) => part === '' || part === '.' || part === '..'

/**
 * Turns a name of a foreign torrent into one that `checkComponent` accepts: the parts between separators and NULs that lead nowhere else,
 * joined by `_`. A valid name is returned as it is. Returns an empty text if nothing is left.
 */
export function cleanComponent(component: string): string {
  if (faultOf(component) === null) return component
  const parts = component.split(/[/\\\0]/).filter(part => !leadsElsewhere(part))
  return shorten(parts.join('_'), MAX_COMPONENT_BYTES)
}

/** Cleans each component of a path; one of which nothing is left becomes `_`. */
export function cleanPath(path: readonly string[]): string[] {
  return path.map(component => cleanComponent(component) || '_')
}

/** Throws `bad-torrent` unless `path` has 1 to 100 components. */
export function checkDepth(path: readonly string[], what = 'a file name'): void {
  if (path.length === 0) throw badTorrent(`${what} is empty`)
  if (path.length > MAX_PATH_COMPONENTS) {
    throw badTorrent(`a path has more than ${MAX_PATH_COMPONENTS} folders`)
  }
}

/** Throws `bad-torrent` unless `path` has 1 to 100 components that `checkComponent` accepts. */
export function checkPath(path: readonly string[], what = 'a file name'): void {
  checkDepth(path, what)
  for (const component of path) checkComponent(component, what)
}

/** Rejects new torrents in which two files have the same path or a file's path is also a folder. */
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
