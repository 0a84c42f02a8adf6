/** When a download completes, moves its files and runs a program. */
import { COMPLETION as CONTRACT } from '@shoal/api'
import { openWritable } from '@shoal/daemon/files'
import { capability } from '../kernel/capability.ts'
import { FacetTable, type ManagedTorrent, TORRENT_OPERATIONS, TORRENTS } from '../torrents/service.ts'
import { Completions } from './completions.ts'
import { findContentPath } from './content-path.ts'
import { COMPLETION_TABLES } from './tables.ts'

export const COMPLETION = capability({
  contract: CONTRACT,
  migrations: COMPLETION_TABLES,
  needs: { torrents: TORRENTS, operations: TORRENT_OPERATIONS },
  start({ clock, database, log, settings, folders, jobs, ticker }, { torrents, operations }) {
    const { registry } = torrents
    const settled = new FacetTable({ database, torrents }, 'settled_completions', {})
    /**
     * Torrents without actions, stored in batches because thousands can be added at once. After a
     * crash, the next start finds the missing ones.
     */
    const plain = new Set<ManagedTorrent>()
    const storePlain = () => {
      if (plain.size === 0) return
      database.transaction(() => {
        for (const torrent of plain) settled.write(torrent, {})
      })
      plain.clear()
    }
    const stop = ticker.every('completed torrents', storePlain)
    folders.addRoots(() => [settings.current.downloads.completeDirectory])
    settings.onCheck(async ({ downloads: { completeDirectory: path } }, { downloads: before }) => {
      if (path !== null && path !== before.completeDirectory)
        await folders.allow(path, 'downloads.completeDirectory')
    })
    settings.onApply(async ({ downloads: { completeDirectory: path } }, { downloads: before }) => {
      if (path !== null && path !== before.completeDirectory) await openWritable(path)
    })
    const completions = new Completions({
      ...{ clock, log, operations },
      whenEnded: id => jobs.whenEnded(id),
      settings: () => settings.current,
      claim(id) {
        const torrent = registry.get(id)
        if (settled.read(torrent)) return false
        settled.write(torrent, {})
        return true
      },
      contentPath: id => findContentPath(registry.get(id).api),
    })
    const settle = (torrent: ManagedTorrent) => {
      if (settled.read(torrent) || plain.has(torrent)) return
      // Nothing was downloaded: the content existed from the start, so no action follows.
      if (torrent.api.stats.downloadedBytes === 0) plain.add(torrent)
      else completions.completed(torrent.id)
    }
    return {
      begin() {
        torrents.watch({ onComplete: settle })
        // Torrents that completed just before the last stop.
        for (const torrent of registry.listed()) if (torrent.row.completedMs !== null) settle(torrent)
      },
      async close() {
        stop()
        await completions.close()
        storePlain()
      },
    }
  },
})
