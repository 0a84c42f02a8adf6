/**
 * Sealed shares of others: the torrent is downloaded and shared as it is. It is opened into the
 * download folder once it is complete, or for reading during the download.
 */
import { rmdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { SEALED as CONTRACT } from '@shoal/api'
import { Vault } from '@shoal/daemon/vault'
import { SEALED_FOLDER } from '../../base/files/content-filter.ts'
import { capability } from '../kernel/capability.ts'
import { TORRENTS } from '../torrents/service.ts'
import { KnownSeals, SEALED_TABLES } from './known-seals.ts'
import { OpenedShares } from './opened-shares.ts'
import { SEALED as SERVICE } from './service.ts'
import { Unsealer } from './unseal.ts'

export const SEALED = capability({
  contract: CONTRACT,
  needs: { torrents: TORRENTS },
  migrations: SEALED_TABLES,
  provides: { sealed: SERVICE },
  start({ jobs, dataDir, database, log, settings, clock, ticker }, { torrents }) {
    const vault = new Vault(dataDir)
    const seals = new KnownSeals({ database, torrents, vault, log })
    torrents.registry.seals.fill(CONTRACT.name, torrent => seals.of(torrent))
    const unsealer = new Unsealer({ jobs, torrents, vault, seals })
    const opened = new OpenedShares({
      ...{ torrents, clock },
      async add({ magnet }, peers) {
        const { directory } = settings.current.downloads
        return (await unsealer.addTorrent(magnet, { directory, peers: [...peers] })).torrent
      },
      proved: ({ id }, seal) => unsealer.keepProven(id, seal),
    })
    const stopTicking = ticker.every('the opened shares', () => opened.tick())
    const off = torrents.watch({
      onForgotten(torrent) {
        seals.forget(torrent.id)
        if (torrent.row.deleteData) void removeEmptyFolders(torrent.api.directory)
      },
    })
    return {
      operations: opened.operations,
      files: { openSealed: (id, index, session) => opened.file(id, index, session) },
      provides: { sealed: unsealer },
      jobs: { unseal: { resume: record => unsealer.resume(record) } },
      begin: () => seals.restore(),
      close() {
        stopTicking()
        opened.close()
        off()
      },
    }
  },
})

/** Deletes the separate folder of a sealed share if it is empty. */
async function removeEmptyFolders(directory: string): Promise<void> {
  const above = dirname(directory)
  if (basename(above) !== SEALED_FOLDER) return
  for (const folder of [directory, above]) await rmdir(folder).catch(() => {})
}
