import type { PieceLayout } from '../metainfo/layout.ts'
import { foldName, type NameRules, safeComponent, safePaths } from '../metainfo/safe-names.ts'

/** Paths of renamed files below the download folder, by file index. */
export type Renamed = ReadonlyMap<number, readonly string[]>

/** Name of the part file of the torrent with this key, directly in the download folder. */
export function partFileName(key: string, rules: NameRules): string {
  return safeComponent(`.${key}.parts`, rules)
}

/**
 * Path of each file below the download folder, with `/` between components; empty for pads, which
 * are never stored. Renaming one file never changes another's path. A renamed path that collides
 * with another file is ignored. `isExact`: for file systems that do not ignore case and Unicode
 * form.
 */
export function diskPaths(
  layout: PieceLayout,
  rules: NameRules,
  partName: string,
  renamed: Renamed | null,
  { isExact = false }: { isExact?: boolean } = {},
): string[] {
  const stored = [...layout.files.keys()].filter(file => !layout.files[file]!.pad)
  const safe = safePaths(
    stored.map(file => layout.files[file]!.path),
    rules,
    // A torrent with its own folder cannot collide with the part file. This is the usual case, and
    // the one with many files.
    { isExact, reserved: stored.some(file => layout.files[file]!.path.length < 2) ? [partName] : [] },
  )
  const paths = layout.files.map(() => '')
  for (const [i, file] of stored.entries()) paths[file] = safe[i]!
  if (renamed && !applyRenames(paths, renamed, rules, partName))
    for (const one of renamed) applyRenames(paths, new Map([one]), rules, partName)
  return paths
}

/**
 * Sets the sanitized paths of files. Returns false and changes nothing if a path collides with
 * another or an index is invalid.
 */
export function applyRenames(paths: string[], renamed: Renamed, rules: NameRules, partName: string): boolean {
  const next = [...paths]
  for (const [file, path] of renamed) {
    if (!paths[file] || path.length === 0) return false
    next[file] = path.map(component => safeComponent(component, rules)).join('/')
  }
  if (collide(next, rules, partName)) return false
  for (const file of renamed.keys()) paths[file] = next[file]!
  return true
}

/**
 * Whether two files have the same path, or one file's path is a folder of another. On systems
 * where only some file systems ignore case and Unicode form, paths that differ in those are
 * different: if they turn out to be one file, its second use is refused.
 */
function collide(paths: readonly string[], rules: NameRules, partName: string): boolean {
  const part = foldName(partName)
  const keyOf = (path: string) => {
    const folded = foldName(path)
    return rules === 'windows' || folded === part ? folded : path
  }
  const files = new Set([part])
  const folders = new Set<string>()
  for (const path of paths) {
    if (path === '') continue
    const key = keyOf(path)
    if (files.has(key)) return true
    files.add(key)
    for (let end = key.indexOf('/'); end >= 0; end = key.indexOf('/', end + 1)) folders.add(key.slice(0, end))
  }
  for (const folder of folders) if (files.has(folder)) return true
  return false
}
