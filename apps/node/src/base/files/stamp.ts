import { createHash } from 'node:crypto'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileFailure } from '@shoal/daemon/failure'
import type { FolderFilter } from '@shoal/torrent'

/** Number of file system calls in flight. */
const AT_ONCE = 64

/**
 * Returns a digest of the sizes, times and names of a file or of everything in a folder, without
 * content. Equal stamps mean that nothing has changed. `filter` selects what counts. Resolves with
 * null if there is no file. Rejects with a Failure if something cannot be read.
 */
export async function stampOf(
  path: string,
  signal?: AbortSignal,
  filter?: FolderFilter,
): Promise<string | null> {
  const lines: string[] = []
  try {
    const root = await stat(path, { bigint: true })
    if (!root.isDirectory()) return digest([`${root.size} ${root.mtimeNs}`])
    await addFolder(path, '', lines, { signal, filter })
  } catch (error) {
    signal?.throwIfAborted()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fileFailure(error, path)
  }
  return lines.length === 0 ? null : digest(lines.sort())
}

async function addFolder(
  folder: string,
  prefix: string,
  lines: string[],
  options: { readonly signal: AbortSignal | undefined; readonly filter: FolderFilter | undefined },
): Promise<void> {
  const { signal, filter } = options
  const all = await readdir(folder)
  const names = filter?.(folder, all) ?? all
  const folders: string[] = []
  for (let at = 0; at < names.length; at += AT_ONCE) {
    signal?.throwIfAborted()
    await Promise.all(
      names.slice(at, at + AT_ONCE).map(async name => {
        const stats = await lstat(join(folder, name), { bigint: true })
        if (stats.isDirectory()) folders.push(name)
        else lines.push(`${prefix}${name}\0${stats.size} ${stats.mtimeNs}`)
      }),
    )
  }
  for (const name of folders) await addFolder(join(folder, name), `${prefix}${name}/`, lines, options)
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}
