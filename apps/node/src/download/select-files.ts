import type { TorrentApi } from '@shoal/torrent'
import { UsageError } from '../cli/failure.ts'

const NORMAL = 4

/**
 * Makes exactly these files wanted: what an earlier run chose, and remembers, gives way. Rejects with a UsageError for a number that no
 * file has.
 */
export async function selectFiles(torrent: TorrentApi, wanted: readonly number[]): Promise<void> {
  const { files } = torrent
  const surplus = wanted.find(index => index >= files.length)
  if (surplus !== undefined)
    throw new UsageError(`--select: there is no file ${surplus}: this torrent has 0 to ${files.length - 1}`)
  const chosen = new Set(wanted)
  for (const { index, priority } of files)
    if (priority > 0 !== chosen.has(index)) await torrent.setPriority(index, chosen.has(index) ? NORMAL : 0)
}
