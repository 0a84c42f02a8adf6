/**
 * The torrents of a session that a command opened and will close: capabilities only see those that
 * it hands over.
 */
import { TORRENTS as CONTRACT } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { Session, TorrentApi } from '@shoal/torrent'
import { capability } from '../kernel/capability.ts'
import { freshRow } from './changes/adding.ts'
import { createIpFilter } from './node-ip-filter.ts'
import type { KnownSeal, ManagedTorrent } from './records/managed-torrent.ts'
import { ENGINE, TORRENTS as SERVICE } from './service.ts'
import { TORRENT_TABLES } from './tables.ts'
import { TorrentManager } from './torrent-manager.ts'
import { torrentOperations } from './torrent-operations.ts'

export interface HandOver {
  /** Adds a torrent of the session to the list. */
  take(api: TorrentApi, seal?: KnownSeal['seal']): ManagedTorrent
  /** Removes it from the list. The torrent itself is not changed. */
  release(torrent: ManagedTorrent): void
}

export const HAND_OVER = service<HandOver>('hand over')

export function torrentsOf(session: Session) {
  return capability({
    contract: CONTRACT,
    migrations: TORRENT_TABLES,
    provides: { engine: ENGINE, torrents: SERVICE, handOver: HAND_OVER },
    start(kernel) {
      const ipFilter = createIpFilter(kernel, () => session)
      const manager = new TorrentManager(kernel, session, ipFilter, null)
      const { registry } = manager
      const seals = new WeakMap<ManagedTorrent, KnownSeal>()
      registry.seals.fill(CONTRACT.name, torrent => seals.get(torrent) ?? null)
      const handOver: HandOver = {
        take(api, seal) {
          const torrent = manager.adopt(api, freshRow(api, registry))
          if (seal) seals.set(torrent, { seal, original: null })
          return torrent
        },
        release: torrent => registry.delete(torrent),
      }
      return {
        operations: torrentOperations(manager),
        provides: { engine: session, torrents: manager, handOver },
        jobs: { move: {} },
        async close() {
          ipFilter.close()
          await manager.previews.close()
        },
      }
    },
  })
}
