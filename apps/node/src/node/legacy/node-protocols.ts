import { CreateTorrent } from '@shoal/api'
import type { Log } from '../kernel/log/log.ts'
import { openProtocols, type Protocols } from '../transfers/protocols.ts'
import type { NodeCore } from './node-core.ts'

/** The handlers of a node. `core` is asked for when they are used: it is made after them. */
export function nodeProtocols(core: () => NodeCore, log: Log): Protocols {
  return openProtocols({
    log,
    adder: {
      async addTorrent(source, { directory, torrent }) {
        const added = await core().addTorrent(source, { ...torrent, directory })
        return { id: added.torrent.id, added: added.added }
      },
      async seedPath(path, { torrent }) {
        const options = CreateTorrent.omit({ path: true }).parse(torrent ?? {})
        return { job: core().works.create(await core().folders.allowContent(path), options) }
      },
    },
  })
}
