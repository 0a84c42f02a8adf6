/** Seeding limits: by ratio, and by time. */
import { SEEDING as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { TORRENT_OPERATIONS, TORRENTS, type Torrents } from '../torrents/service.ts'
import { OwnLimits } from './own-limits.ts'
import { SeedingLimits, type SeedingTorrent } from './seeding-limits.ts'
import { SEEDING_TABLES } from './tables.ts'

export const SEEDING = capability({
  contract: CONTRACT,
  migrations: SEEDING_TABLES,
  needs: { torrents: TORRENTS, operations: TORRENT_OPERATIONS },
  start({ clock, database, log, settings }, { torrents, operations }) {
    const own = new OwnLimits({ database, torrents })
    const limits = new SeedingLimits({
      ...{ clock, log, operations },
      settings: () => settings.current,
      seeding: () => seedingTorrents(torrents, own),
    })
    return {
      begin: () => limits.start(),
      close: () => limits.close(),
    }
  },
})

function* seedingTorrents({ list, registry }: Torrents, own: OwnLimits): Generator<SeedingTorrent> {
  for (const { id, state, ratio } of list.views()) {
    const torrent = state === 'seeding' ? registry.find(id) : null
    if (!torrent) continue
    const { seedingSeconds } = torrent.row
    yield { id, name: torrent.api.name, ratio, seedingSeconds, ...own.of(torrent) }
  }
}
