import { UsageError } from '@shoal/options'
import { isMagnet, parseMagnet, type TorrentApi } from '@shoal/torrent'
import { texts } from '../texts.ts'

const NORMAL = 4

/**
 * Selects exactly these files, whatever an earlier run selected. Rejects with a UsageError for the
 * number of a missing file. Resolves with whether anything changed.
 */
export async function selectFiles(torrent: TorrentApi, wanted: readonly number[]): Promise<boolean> {
  const { files } = torrent
  const surplus = wanted.find(index => index >= files.length)
  if (surplus !== undefined)
    throw new UsageError(texts.get.noFile({ index: String(surplus), last: String(files.length - 1) }))
  const chosen = new Set(wanted)
  const others = files.filter(({ index, priority }) => priority > 0 !== chosen.has(index))
  for (const { index } of others) await torrent.setPriority(index, chosen.has(index) ? NORMAL : 0)
  return others.length > 0
}

/**
 * Returns the files that a link selects: those of its `so` (BEP 53), otherwise all `count` files.
 */
export function filesOfLink(link: string, count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index)
  const ranges = isMagnet(link) ? parseMagnet(link).select : undefined
  return ranges ? all.filter(index => ranges.some(({ first, last }) => index >= first && index <= last)) : all
}
