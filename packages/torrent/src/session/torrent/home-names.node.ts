import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { FileEntry } from '../../metainfo/metainfo.ts'
import { distinctNames, foldName } from '../../metainfo/safe-names.ts'

type Paths = ReadonlyMap<number, readonly string[]>

/**
 * Hidden files in the home folder hold keys and programs that start by themselves, so a torrent
 * must not create any there: a name that would begin with a dot directly in the home folder begins
 * with `_` instead. Folders that the user chose may be hidden. Returns the paths of the files whose
 * path differs from the torrent's, `renamed` included.
 */
export function visibleInHome(
  files: readonly FileEntry[],
  renamed: Paths | null,
  directory: string,
  home = homedir(),
): Paths | null {
  const way = relative(realFolder(resolve(directory)), realFolder(home))
    .split(sep)
    .filter(Boolean)
  // The download folder is neither the home folder nor above it.
  if (way[0] === '..' || isAbsolute(join(...way))) return renamed
  const isBelowHome = (path: readonly string[]) =>
    path.length > way.length && way.every((name, i) => foldName(name) === foldName(path[i]!))
  const real = [...files.keys()].filter(index => !files[index]!.pad)
  const before = real.map(index => renamed?.get(index) ?? files[index]!.path)
  const visible = before.map(path => {
    const name = path[way.length]
    if (!isBelowHome(path) || !name?.startsWith('.')) return path
    return path.with(
      way.length,
      name.replace(/^\.+/, dots => '_'.repeat(dots.length)),
    )
  })
  if (visible.every((path, i) => path === before[i])) return renamed
  const names = distinctNames(visible, { sameAs: foldName })
  const result = new Map<number, readonly string[]>()
  for (const [i, index] of real.entries()) {
    const path = visible[i]!.with(-1, names[i]!)
    if (path.join('/') !== files[index]!.path.join('/')) result.set(index, path)
  }
  return result
}

/** The path without symbolic links, as far as it exists. */
export function realFolder(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realFolder(parent), basename(path))
  }
}
