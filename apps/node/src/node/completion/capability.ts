/** When a download completes, moves its files and runs a program. */
import { COMPLETION as CONTRACT } from '@shoal/api'
import { openWritable } from '@shoal/daemon/files'
import { capability } from '../kernel/capability.ts'
import { type ManagedTorrent, TORRENT_OPERATIONS, TORRENTS } from '../torrents/service.ts'
import { Completions } from './completions.ts'
import { findContentPath } from './content-path.ts'

export const COMPLETION = capability({
  contract: CONTRACT,
  needs: { torrents: TORRENTS, operations: TORRENT_OPERATIONS },
  start({ clock, log, settings, folders, jobs }, { torrents, operations }) {
    const { registry } = torrents
    folders.addRoots(() => [settings.current.downloads.completeDirectory])
    settings.onCheck(async ({ downloads: { completeDirectory: path } }, { downloads: before }) => {
      if (path !== null && path !== before.completeDirectory)
        await folders.allow(path, 'downloads.completeDirectory')
    })
    settings.onApply(async ({ downloads: { completeDirectory: path } }, { downloads: before }) => {
      if (path !== null && path !== before.completeDirectory) await openWritable(path)
    })
    const completions = new Completions({
      ...{ clock, log },
      operations: { ...operations, getJob: async ({ id }) => jobs.get(id) },
      settings: () => settings.current,
      claim(id) {
        const torrent = registry.get(id)
        if (torrent.row.completionSettled) return false
        registry.change(torrent, { completionSettled: true })
        return true
      },
      contentPath: id => findContentPath(registry.get(id).api),
    })
    const settle = ({ id, row }: ManagedTorrent) => {
      if (!row.completionSettled) completions.completed(id)
    }
    return {
      begin() {
        torrents.watch({ onComplete: settle })
        // Torrents that completed just before the node stopped.
        for (const torrent of registry.listed()) if (torrent.row.completedMs !== null) settle(torrent)
      },
      close: () => completions.close(),
    }
  },
})
