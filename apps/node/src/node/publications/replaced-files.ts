import { rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { TorrentApi } from '@shoal/torrent'

/** The paths of a torrent's files on disk. */
export function filePaths({ directory, files }: Pick<TorrentApi, 'directory' | 'files'>): string[] {
  return files.map(({ currentPath }) => resolve(join(directory, ...currentPath)))
}

/**
 * Completes the replacement of a version by the torrent of the next: deletes the leftover files that are not its own, and gives files that
 * had to be stored under other names (`name (1)`) their own. `isUsed`: whether another torrent has a file at this path.
 */
export async function replaceFiles(
  api: Pick<TorrentApi, 'directory' | 'files' | 'renameFile'>,
  leftovers: readonly string[],
  isUsed: (path: string) => boolean,
): Promise<void> {
  const own = new Set(filePaths(api))
  const wanted = new Map(
    api.files.flatMap(({ path, currentPath }, index) =>
      path.join('/') === currentPath.join('/')
        ? []
        : [[resolve(join(api.directory, ...path)), index] as const],
    ),
  )
  const folders = new Set<string>()
  for (const path of leftovers) {
    if (own.has(path) || isUsed(path)) continue
    await rm(path, { force: true })
    folders.add(dirname(path))
    const index = wanted.get(path)
    if (index !== undefined) await api.renameFile(index, api.files[index]!.path)
  }
  const root = resolve(api.directory)
  for (const folder of folders) await removeEmpty(folder, root)
}

/** Removes the folder and those above it, below `root`, as far as they are empty. */
async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let at = folder; at.startsWith(join(root, '/')); at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      return
    }
  }
}
