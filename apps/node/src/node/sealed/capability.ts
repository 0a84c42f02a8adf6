/** Sealed shares of others: the torrent is downloaded and shared as it is, and opened into the download folder when it is complete. */
import { rmdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { SEALED as CONTRACT } from '@shoal/api'
import { Vault } from '@shoal/daemon/vault'
import { SEALED_FOLDER } from '../../base/files/content-filter.ts'
import { capability } from '../kernel/capability.ts'
import { TORRENTS } from '../torrents/service.ts'
import { KnownSeals, SEALED_TABLES } from './known-seals.ts'
import { SEALED as SERVICE } from './service.ts'
import { Unsealer } from './unseal.ts'

export const SEALED = capability({
  contract: CONTRACT,
  needs: { torrents: TORRENTS },
  migrations: SEALED_TABLES,
  provides: { sealed: SERVICE },
  start({ jobs, dataDir, database, log }, { torrents }) {
    const vault = new Vault(dataDir)
    const seals = new KnownSeals({ database, torrents, vault, log })
    const unsealer = new Unsealer({ jobs, torrents, vault, seals })
    const off = torrents.watch({
      onForgotten(torrent) {
        seals.forget(torrent.id)
        if (torrent.row.deleteData) void removeEmptyFolders(torrent.api.directory)
      },
    })
    return {
      provides: { sealed: unsealer },
      jobs: { unseal: { resume: record => unsealer.resume(record) } },
      begin: () => seals.restore(),
      close: off,
    }
  },
})

/** Deletes the folder that a sealed share had to itself, once nothing is in it. */
async function removeEmptyFolders(directory: string): Promise<void> {
  const above = dirname(directory)
  if (basename(above) !== SEALED_FOLDER) return
  for (const folder of [directory, above]) await rmdir(folder).catch(() => {})
}
