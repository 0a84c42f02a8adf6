import type { Metainfo } from '../../metainfo/metainfo.ts'
import { parseInfo } from '../../metainfo/parse-info.ts'
import type { Swarm } from '../../swarm/swarm.ts'
import type { TorrentOrigin } from './origin.ts'

/**
 * The phase in which a torrent that was added by its info hash fetches its metadata from peers (BEP
 * 9).
 */
export class Fetching {
  readonly #swarm: Swarm

  constructor(swarm: Swarm) {
    this.#swarm = swarm
    swarm.resume()
  }

  /**
   * Parses the info dictionary that peers sent. Throws a ShoalError if the torrent cannot be used.
   */
  metainfo(info: Uint8Array, { trackers, webSeeds }: TorrentOrigin): Metainfo {
    return { info: parseInfo(info), trackers, webSeeds, nodes: [], pieceLayers: new Map() }
  }

  /** Disconnects all peers. */
  stop(): void {
    this.#swarm.pause()
  }
}
