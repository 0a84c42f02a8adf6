import { ShoalError } from '../base/errors.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import { parseInfo } from '../metainfo/parse-info.ts'
import type { Content } from './content.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { TorrentOrigin } from './torrent-origin.ts'

/** What the metadata of a torrent changes. */
export interface MetadataHost {
  readonly life: Lifecycle
  readonly origin: TorrentOrigin
  content: Content | null
  open(metainfo: Metainfo): Content
  /** Takes the torrent under its further info hash. False when another torrent has it. */
  register(): boolean
  /** Looks for the metadata among peers. */
  fetch(): void
  /** No more peers. */
  stopFetching(): void
  /** The metadata is known, and may have named a further info hash, or said that the torrent is private (BEP 27). */
  onLearned(content: Content): void
  onFault(error: unknown): void
}

/** The phase in which a torrent that was added by its info hash learns what it is. */
export class MetadataPhase {
  readonly #host: MetadataHost

  constructor(host: MetadataHost) {
    this.#host = host
  }

  begin(): void {
    this.#host.life.phase = 'metadata'
    this.#host.fetch()
  }

  /** Peers sent the info dictionary; it has the info hash. */
  onMetadata(bytes: Uint8Array): void {
    const host = this.#host
    if (host.life.phase !== 'metadata') return
    const { trackers, webSeeds } = host.origin
    try {
      this.learn({ info: parseInfo(bytes), trackers, webSeeds, nodes: [], pieceLayers: new Map() })
    } catch (error) {
      this.#giveUp(error)
    }
  }

  /** Another torrent of the session turned out to be this one. */
  giveWay(): void {
    this.#giveUp(hereAlready())
  }

  #giveUp(error: unknown): void {
    const host = this.#host
    host.life.phase = 'idle'
    host.stopFetching()
    host.onFault(error)
  }

  /** Throws when another torrent of the session has its other info hash. */
  learn(metainfo: Metainfo): void {
    const host = this.#host
    host.content = host.open(metainfo)
    if (!host.register()) {
      host.content = null
      throw hereAlready()
    }
    host.onLearned(host.content)
  }
}

function hereAlready(): ShoalError {
  return new ShoalError(
    'bad-argument',
    'this torrent is here already, under its other info hash: remove this entry',
  )
}
