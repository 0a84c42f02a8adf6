import { BitTorrentHandler } from '../protocols/bittorrent-handler.ts'
import { ProtocolManager } from '../protocols/protocol-manager.ts'
import type { NodeCore } from './node-core.ts'

/** The handlers of a node. They are connected to it once it is there. */
export function nodeProtocols(): { manager: ProtocolManager; connect(core: NodeCore): void } {
  const manager = new ProtocolManager()
  return {
    manager,
    connect(core) {
      const bitTorrent = new BitTorrentHandler({
        addTorrent: async (source, { directory, torrent }) => {
          const {
            torrent: { id },
            added,
          } = await core.addTorrent(source, { ...torrent, directory })
          return { id, added }
        },
        seedPath: async (path, { torrent }) => ({
          job: core.create(await core.folders.allow(path, 'path'), {
            version: 'hybrid',
            private: false,
            trackers: [],
            webSeeds: [],
            ...torrent,
          }),
        }),
      })
      manager.register(bitTorrent)
    },
  }
}
