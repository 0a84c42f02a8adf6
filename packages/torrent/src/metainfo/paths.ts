import { latin1, utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { MAX_COMPONENT_BYTES, MAX_PATH_COMPONENTS } from './limits.ts'

// A byte order mark is part of a name like any other character.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Text of a name's bytes. Names that are not UTF-8, from before it was the rule, are read a character a byte: then two names that differ
 * stay different, which replacing what is malformed would not promise.
 */
export function nameText(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return latin1(bytes)
  }
}

/**
 * Returns `component` when it may be one component of a path, else throws `bad-torrent`: it must not be empty, `.`, `..`, longer than
 * 1,024 bytes, nor contain `/` or NUL. A backslash is a letter like any other where it is not a separator; where it is, no part
 * between two may lead elsewhere either.
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

/** Throws `bad-torrent` unless `path` has 1 to 100 components, each as `checkComponent` wants it. */
export function checkPath(path: readonly string[], what = 'a file name'): void {
  if (path.length === 0) throw badTorrent(`${what} is empty`)
  if (path.length > MAX_PATH_COMPONENTS) {
    throw badTorrent(`a path has more than ${MAX_PATH_COMPONENTS} folders`)
  }
  for (const component of path) checkComponent(component, what)
}

/** Sees to it that no two files of a torrent have one path, and that no file's path is also a folder. */
export class PathSet {
  /** Number of a folder, or -1 for a file, by its name in a folder of that number: a trie in one Map. */
  readonly #entries = new Map<string, number>()
  #folders = 0

  /** Adds the path of a file; throws `bad-torrent` when it collides. */
  add(path: readonly string[]): void {
    let folder = 0
    for (let i = 0; i < path.length; i++) {
      const key = `${folder}/${path[i]}`
      const known = this.#entries.get(key)
      const isFile = i === path.length - 1
      if (known !== undefined && (isFile || known < 0)) {
        const shown = JSON.stringify(path.join('/').slice(0, 200))
        throw badTorrent(
          isFile && known < 0 ? `two files have the path ${shown}` : `${shown} is both file and folder`,
        )
      }
      folder = known ?? (isFile ? -1 : ++this.#folders)
      if (known === undefined) this.#entries.set(key, folder)
    }
  }
}

/** A `bad-torrent` error that says what is wrong with the torrent. */
export function badTorrent(what: string, cause?: unknown): ShoalError {
  return new ShoalError(
    'bad-torrent',
    `This torrent cannot be used: ${what}`,
    cause === undefined ? undefined : { cause },
  )
}
