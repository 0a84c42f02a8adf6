import { lstat, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { TorrentApi } from '@shoal/torrent'

/** A file of an earlier version, as it was when its torrent was removed. */
export interface Leftover {
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** In nanoseconds since the Unix epoch. */
  readonly mtimeNs: string
}

/** Returns the torrent's own files on disk. */
export async function ownFiles(api: Pick<TorrentApi, 'files' | 'ownStamps'>): Promise<Leftover[]> {
  const stamps = await api.ownStamps()
  return api.files.flatMap(({ diskPath: path }, index) => {
    const stamp = stamps[index]
    return stamp && path ? [{ path, size: stamp.size, mtimeNs: stamp.mtimeNs }] : []
  })
}

/** Returns the paths of a torrent's files on disk. */
export function filePaths({ directory, files }: Pick<TorrentApi, 'directory' | 'files'>): string[] {
  return files.map(({ diskPath, currentPath }) => diskPath ?? resolve(join(directory, ...currentPath)))
}

/**
 * Completes the replacement of a version by the next: deletes leftover files that the new torrent
 * lacks, and renames files that had to be stored under other names (`name (1)`). `isUsed`: returns
 * whether another torrent has a file at this path. Files changed since then are kept.
 */
export async function replaceFiles(
  api: Pick<TorrentApi, 'directory' | 'files' | 'renameFile'>,
  leftovers: readonly Leftover[],
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
  for (const leftover of leftovers) {
    const { path } = leftover
    if (own.has(path) || isUsed(path) || !(await isUnchanged(leftover))) continue
    await rm(path, { force: true })
    folders.add(dirname(path))
    const index = wanted.get(path)
    if (index !== undefined) await api.renameFile(index, api.files[index]!.path)
  }
  const root = resolve(api.directory)
  for (const folder of folders) await removeEmpty(folder, root)
}

async function isUnchanged({ path, size, mtimeNs }: Leftover): Promise<boolean> {
  const stat = await lstat(path, { bigint: true }).catch(() => null)
  return stat?.isFile() === true && stat.size === BigInt(size) && `${stat.mtimeNs}` === mtimeNs
}

/** Removes the folder and its parents, below `root`, as long as they are empty. */
async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let at = folder; at.startsWith(join(root, '/')); at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      return
    }
  }
}
