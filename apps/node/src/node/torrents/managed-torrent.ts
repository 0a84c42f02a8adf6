import { infoHashText, type TorrentApi, type TorrentState } from '@shoal/torrent'
import type { TorrentRow } from './torrent-row.ts'

/** A torrent of the session together with what the node keeps of it. */
export class ManagedTorrent {
  readonly api: TorrentApi
  /** Replaced as a whole when something of it changes (see TorrentRegistry.change). */
  row: TorrentRow
  /** Its files are on their way to another folder. */
  moving = false
  /** It waits for its turn: the engine's torrent is paused though the user did not ask for that. */
  queued = false
  /** When it last began to run: milliseconds since the Unix epoch. */
  startedMs = Date.now()
  /** Counts that trackers last reported for the whole swarm. Null: unknown. */
  swarmSeeds: number | null = null
  swarmLeeches: number | null = null
  /** When they were last asked: a tick of the list. */
  swarmTick = Number.NEGATIVE_INFINITY

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

  /** All ids that find it: a hybrid torrent has two, once its metadata is known. */
  get ids(): string[] {
    const { v1, v2 } = this.api.infoHashes
    const hashes = [v1 && infoHashText({ v1 }), v2 && infoHashText({ v2 })].filter(text => text !== undefined)
    return [...new Set([this.row.id, ...hashes])]
  }

  /** The engine's state. */
  get state(): TorrentState {
    return this.api.state
  }

  /** Whether everything that is wanted has arrived, as far as is known. */
  get isComplete(): boolean {
    return this.api.state !== 'checking' && this.api.isComplete
  }
}
