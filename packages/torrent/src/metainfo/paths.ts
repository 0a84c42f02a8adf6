import { utf8 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { MAX_COMPONENT_BYTES, MAX_PATH_COMPONENTS } from './limits.ts'
import { distinctNames, shorten } from './safe-names.ts'

/**
 * Returns `component` if it is valid as a path component, else throws `bad-torrent`. It must not be
 * empty, `.`, `..` or longer than 1,024 bytes, nor contain `/` or NUL. A backslash is allowed, but
 * since it separates folders on some systems, the parts around it must not be empty, `.` or `..`
 * either.
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
  if (leadsElsewhere(component) || (component.includes('\\') && component.split('\\').some(leadsElsewhere)))
    return 'leads to another folder'
  // A UTF-16 unit takes at most three bytes.
  if (component.length * 3 > MAX_COMPONENT_BYTES && utf8(component).length > MAX_COMPONENT_BYTES)
    return `is longer than ${MAX_COMPONENT_BYTES} bytes`
  return null
}

const leadsElsewhere = (part: string) => part === '' || part === '.' || part === '..'

/**
 * Turns a name from an untrusted torrent into one that `checkComponent` accepts: joins by `_` the
 * parts between separators and NULs, except for `.` and `..`. A valid name is returned unchanged.
 * Returns an empty text if nothing remains.
 */
export function cleanComponent(component: string): string {
  if (faultOf(component) === null) return component
  const parts = component.split(/[/\\\0]/).filter(part => !leadsElsewhere(part))
  return shorten(parts.join('_'), MAX_COMPONENT_BYTES)
}

/** Cleans each component of a path; a component that becomes empty is replaced by `_`. */
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

/** Throws `bad-torrent` if two paths are equal or a file's path is also a folder. */
export function checkDistinct(paths: readonly (readonly string[])[]): void {
  const names = distinctNames(paths)
  const clash = paths.find((path, i) => path.at(-1) !== names[i])
  if (clash)
    throw badTorrent(
      `two files, or a file and a folder, have the path ${JSON.stringify(clash.join('/').slice(0, 200))}`,
    )
}

/** A `bad-torrent` error; `fault` completes the sentence "This torrent cannot be used: …". */
export function badTorrent(fault: string, cause?: unknown): ShoalError {
  return new ShoalError(
    'bad-torrent',
    `This torrent cannot be used: ${fault}`,
    cause === undefined ? undefined : { cause },
  )
}
