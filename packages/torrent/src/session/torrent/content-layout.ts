import type { ContentLayout } from '../../api.ts'
import type { Info } from '../../metainfo/metainfo.ts'

/**
 * Returns the paths, by index among all files, that a layout assigns; null if they are the
 * torrent's own.
 */
export function layoutPaths(
  { files }: Pick<Info, 'files'>,
  layout: ContentLayout,
): Map<number, readonly string[]> | null {
  const real = [...files.entries()].filter(([, { pad }]) => !pad)
  const root = real[0]?.[1].path[0]
  const isFolder = real.every(([, { path }]) => path.length > 1 && path[0] === root)
  if (root === undefined || layout === 'original' || isFolder === (layout === 'subfolder')) return null
  if (layout === 'subfolder') return map(real, path => [withoutExtension(root), ...path])
  return map(real, path => path.slice(1))
}

function map(
  files: readonly [number, { readonly path: readonly string[] }][],
  change: (path: readonly string[]) => readonly string[],
): Map<number, readonly string[]> {
  return new Map(files.map(([index, { path }]) => [index, change(path)]))
}

/** `a.tar.gz` becomes `a`. */
function withoutExtension(name: string): string {
  return name.replace(/(?<=[^.])(?:\.tar)?\.[^.]+$/, '')
}
