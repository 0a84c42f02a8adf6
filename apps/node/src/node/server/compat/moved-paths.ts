import type { TorrentFile } from '@shoal/api'

/**
 * Returns the new paths by index when the file at `from`, or everything in the folder at `from`,
 * moves to `to`.
 */
export function movedPaths(
  files: readonly Pick<TorrentFile, 'index' | 'path'>[],
  from: string,
  to: string,
): [index: number, path: string][] {
  const [old, now] = [withoutEnd(from), withoutEnd(to)]
  return files
    .filter(({ path }) => path === old || path.startsWith(`${old}/`))
    .map(({ index, path }) => [index, now + path.slice(old.length)])
}

function withoutEnd(path: string): string {
  return path.replace(/\/+$/, '')
}
