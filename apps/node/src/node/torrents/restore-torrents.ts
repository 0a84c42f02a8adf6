import { infoHashText, type TorrentApi } from '@shoal/torrent'
import type { TorrentRow } from './records/torrent-row.ts'
import type { TorrentManager } from './torrent-manager.ts'

/** Torrents that are restored before other work runs. */
const RESTORED_AT_ONCE = 100

/** Pairs the torrents that the session has restored with their rows. */
export async function restoreTorrents(
  manager: TorrentManager,
  fresh: (api: TorrentApi) => TorrentRow,
): Promise<void> {
  const { session, kernel } = manager
  const rows = new Map(manager.rows.all().map(row => [row.id, row]))
  const pairs = session.torrents.map(api => {
    const { v1, v2 } = api.infoHashes
    const hashes = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })]
    const [row, ...doubles] = hashes.flatMap(hash => rows.get(hash ?? '') ?? [])
    for (const found of [row, ...doubles]) if (found) rows.delete(found.id)
    // The node was killed before the entries of a hybrid torrent's two hashes were merged.
    for (const { id } of doubles) manager.rows.delete(id)
    return [api, row] as const
  })
  // Rows without a torrent: it was removed, or its record is damaged and cannot be rebuilt from its
  // source.
  for (const { id, removedMs } of rows.values()) {
    if (removedMs === null)
      kernel.log.warn(`${id} is missing from the list because its record is damaged: add it again`)
    manager.rows.delete(id)
  }
  // In few transactions, since thousands would delay the start.
  for (let at = 0; at < pairs.length; at += RESTORED_AT_ONCE) {
    kernel.database.transaction(() => {
      for (const [api, row] of pairs.slice(at, at + RESTORED_AT_ONCE)) manager.adopt(api, row ?? fresh(api))
    })
    await new Promise(setImmediate)
  }
  await manager.list.lookAtNew()
  countRestored(manager)
}

/** Makes the node's totals at least those of all its torrents together. */
function countRestored({ session, traffic }: TorrentManager): void {
  const restored = { downloadedBytes: 0, uploadedBytes: 0 }
  for (const { stats } of session.torrents) {
    restored.downloadedBytes += stats.downloadedBytes
    restored.uploadedBytes += stats.uploadedBytes
  }
  traffic.keepUp(session.transferred, Date.now())
  traffic.atLeast(restored)
}
