import type { TorrentApi } from '@shoal/torrent'

export type Placed = Pick<TorrentApi, 'name' | 'directory'> & {
  readonly files: readonly { readonly storedPath: readonly string[]; readonly diskPath: string | null }[]
}

/**
 * Returns the names of a torrent's files and folders in its folder, which can differ from its own
 * name.
 */
export function topNames({ name, files }: Omit<Placed, 'directory'>): string[] {
  const tops = new Set<string>()
  for (const file of files) {
    const [top = ''] = file.storedPath
    // Look up each name once: a torrent can have tens of thousands of files below it.
    if (top !== '' && !tops.has(top) && file.diskPath !== null) tops.add(top)
  }
  return tops.size > 0 ? [...tops] : [name]
}
