/** Services that the torrents offer to other capabilities. */
import type { Implemented, TORRENTS as TORRENTS_CONTRACT, Torrent } from '@shoal/api'
import type { Session, TorrentSource } from '@shoal/torrent'
import { service } from '../kernel/capability.ts'
import type { AddedTorrent, AddInput } from './adding.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import type { TorrentPreview } from './previews.ts'
import type { TorrentList } from './torrent-list.ts'
import type { TorrentRegistry } from './torrent-registry.ts'
import type { TorrentRecord, TorrentStore } from './torrent-store.ts'

export type { AddedTorrent, AddInput, ManagedTorrent, TorrentRecord, TorrentStore }

/** The engine: connections, ports, transfers. */
export const ENGINE = service<Session>('engine')

/** Listens to what happens to torrents. An error that it throws is logged. */
export interface TorrentWatcher {
  /** The names and sizes of its files are known: once a run. */
  onMetadata?(torrent: ManagedTorrent): void
  /** Everything that is wanted has arrived: also after more was wanted, and at each start. `fresh`: something of it was missing before. */
  onComplete?(torrent: ManagedTorrent, fresh: boolean): void
  onRenamed?(torrent: ManagedTorrent): void
  /** It is gone for good. `recordId`: its id in the database, if it had a record. */
  onForgotten?(torrent: ManagedTorrent, recordId: number | undefined): void
}

export interface Torrents {
  readonly registry: TorrentRegistry
  readonly list: TorrentList
  readonly records: TorrentStore
  /** The id of a torrent in the database. Undefined if it has no record. */
  recordId(id: string): number | undefined
  /** The torrent that a record is about. */
  byRecordId(recordId: number): ManagedTorrent | null
  /** Calls the watcher until the returned function is called. */
  watch(watcher: TorrentWatcher): () => void
  /**
   * Adds a torrent, or finds the one that is in the list already. Resolves when it survives a crash. A path is read as it is: see `readableSource`
   * of the sources. Rejects as `Session.add` does, and with `forbidden-path`.
   */
  add(source: TorrentSource, input: AddInput): Promise<AddedTorrent>
  /** Metadata of a torrent, without adding it. Rejects with `timeout`, as `Session.add` does, or with the signal's reason. */
  preview(
    source: TorrentSource,
    peers: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<TorrentPreview>
  /** As the API shows it at this moment. */
  view(torrent: ManagedTorrent): Torrent
  /** The folder that new torrents of a label go to. Null if it has none. */
  labelDirectory(label: string): string | null
  /** Counts bytes of plain files in the node's totals. */
  countFileBytes(bytes: number): void
}

export const TORRENTS = service<Torrents>('torrents')
/** The operations about torrents and labels, for capabilities that do what a user could do. */
export const TORRENT_OPERATIONS = service<Implemented<typeof TORRENTS_CONTRACT>>('torrent-operations')
