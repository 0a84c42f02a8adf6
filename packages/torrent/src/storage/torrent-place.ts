import type { PieceLayout } from '../metainfo/layout.ts'
import { foldName, type NameRules, safeComponent, safePaths } from './safe-names.ts'

/** Names below the download folder that a torrent's files have got instead of their own: file index to path. */
export type Renamed = ReadonlyMap<number, readonly string[]>

/** Name of the part file of the torrent with this key, in the download folder. */
export function partFileName(key: string, rules: NameRules): string {
  return safeComponent(`.${key}.parts`, rules)
}

/**
 * Path of each file below the download folder with `/` between components; empty for pads, which are never stored. Renaming one file
 * changes no other's path. A renamed path that would meet another file's is ignored.
 */
export function diskPaths(
  layout: PieceLayout,
  rules: NameRules,
  partName: string,
  renamed: Renamed | null,
): string[] {
  const stored = [...layout.files.keys()].filter(file => !layout.files[file]!.pad)
  const safe = safePaths(
    stored.map(file => layout.files[file]!.path),
    rules,
    // In a folder of its own a torrent cannot meet the part file, which is the usual case and the one with many files.
    stored.some(file => layout.files[file]!.path.length < 2) ? [partName] : [],
  )
  const paths = layout.files.map(() => '')
  for (const [i, file] of stored.entries()) paths[file] = safe[i]!
  if (renamed) for (const [file, path] of renamed) applyRename(paths, file, path, rules, partName)
  return paths
}

/** Sets the path of a file, made safe, unless it meets another's; whether it did. */
export function applyRename(
  paths: string[],
  file: number,
  path: readonly string[],
  rules: NameRules,
  partName: string,
): boolean {
  if (!paths[file] || path.length === 0) return false
  const wanted = path.map(component => safeComponent(component, rules)).join('/')
  const key = foldName(wanted)
  const meets = paths.some((other, index) => {
    if (index === file || other === '') return false
    const otherKey = foldName(other)
    return otherKey === key || otherKey.startsWith(`${key}/`) || key.startsWith(`${otherKey}/`)
  })
  if (meets || key === foldName(partName)) return false
  paths[file] = wanted
  return true
}
