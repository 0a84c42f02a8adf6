import { infoHashText, type TorrentApi, type TorrentState } from '@shoal/torrent'
import type { TorrentRow } from './torrent-row.ts'

/** A torrent of the session together with the node's record of it. */
export class ManagedTorrent {
  readonly api: TorrentApi
  /** Replaced as a whole on every change (see TorrentRegistry.change). */
  row: TorrentRow
  /** Its files are being moved to another folder. */
  moving = false
  /** It waits in the queue: the engine's torrent is paused although the user did not pause it. */
  queued = false
  /** When it last started to run: milliseconds since the Unix epoch. */
  startedMs = Date.now()
  /** Counts that trackers last reported for the whole swarm. Null: unknown. */
  swarmSeeds: number | null = null
  swarmLeeches: number | null = null
  /** Tick of the list at which these were last read. */
  swarmTick = Number.NEGATIVE_INFINITY
  #tiers: TorrentApi['trackers'] | null = null
  #trackerHosts: string[] = []

  constructor(api: TorrentApi, row: TorrentRow) {
    this.api = api
    this.row = row
  }

  get id(): string {
    return this.row.id
  }

  get name(): string {
    return this.row.name ?? this.api.name
  }

  /** Hosts of its trackers, each once. */
  get trackerHosts(): string[] {
    const { trackers } = this.api
    if (trackers !== this.#tiers) {
      this.#tiers = trackers
      this.#trackerHosts = hostsOf(trackers.flat())
    }
    return this.#trackerHosts
  }

  /** All ids of the torrent: a hybrid torrent has two, once its metadata is known. */
  get ids(): string[] {
    const { v1, v2 } = this.api.infoHashes
    const hashes = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })].filter(text => text !== undefined)
    return [...new Set([this.row.id, ...hashes])]
  }

  /** The engine's state. */
  get state(): TorrentState {
    return this.api.state
  }

  /** Whether all wanted bytes have been downloaded, as far as is known. */
  get isComplete(): boolean {
    return this.api.state !== 'checking' && this.api.isComplete
  }
}

function hostsOf(urls: readonly string[]): string[] {
  return [...new Set(urls.filter(url => URL.canParse(url)).map(url => new URL(url).hostname))]
}
