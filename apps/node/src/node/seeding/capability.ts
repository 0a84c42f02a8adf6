/** Seeding limits: by ratio, and by time. */
import { SEEDING as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { TORRENT_OPERATIONS, TORRENTS, type Torrents } from '../torrents/service.ts'
import { SeedingLimits, type SeedingTorrent } from './seeding-limits.ts'

export const SEEDING = capability({
  contract: CONTRACT,
  needs: { torrents: TORRENTS, operations: TORRENT_OPERATIONS },
  start({ clock, log, settings }, { torrents, operations }) {
    const limits = new SeedingLimits({
      ...{ clock, log, operations },
      settings: () => settings.current,
      seeding: () => seedingTorrents(torrents),
    })
    return {
      begin: () => limits.start(),
      close: () => limits.close(),
    }
  },
})

function* seedingTorrents({ list, registry }: Torrents): Generator<SeedingTorrent> {
  for (const { id, state, ratio } of list.views()) {
    const torrent = state === 'seeding' ? registry.find(id) : null
    if (!torrent) continue
    const { seedingSeconds, ratioLimit, seedingTimeLimitMinutes } = torrent.row
    yield { id, name: torrent.api.name, ratio, seedingSeconds, ratioLimit, seedingTimeLimitMinutes }
  }
}
