import { relative, sep } from 'node:path'
import type { TorrentApi } from '@shoal/torrent'

export type Placed = Pick<TorrentApi, 'name' | 'directory'> & {
  readonly files: readonly { readonly diskPath: string | null }[]
}

/** Names of the files and folders of a torrent in its folder. They can differ from its own name. */
export function topNames({ name, directory, files }: Placed): string[] {
  const tops = new Set<string>()
  for (const { diskPath } of files) {
    const top = diskPath === null ? undefined : relative(directory, diskPath).split(sep)[0]
    if (top && top !== '..') tops.add(top)
  }
  return tops.size > 0 ? [...tops] : [name]
}
