/** What the torrents offer to other capabilities. */
import type { Implemented, TORRENTS as TORRENTS_CONTRACT } from '@shoal/api'
import type { Session, TorrentSource } from '@shoal/torrent'
import { service } from '../kernel/capability.ts'
import type { AddedTorrent, AddInput } from './adding.ts'
import type { ManagedTorrent } from './managed-torrent.ts'
import type { TorrentList } from './torrent-list.ts'
import type { TorrentRegistry } from './torrent-registry.ts'
import type { TorrentStore } from './torrent-store.ts'

export type { AddedTorrent, AddInput } from './adding.ts'
export type { ManagedTorrent } from './managed-torrent.ts'

/** The engine: connections, ports, transfers. */
export const ENGINE = service<Session>('engine')

/** What happens to torrents. A listener that throws is logged. */
export interface TorrentWatcher {
  /** The names and sizes of its files are known: once a run. */
  onMetadata?(torrent: ManagedTorrent): void
  /** Everything that is wanted is here: also after more was wanted, and at each start. `fresh`: something of it was not here before. */
  onComplete?(torrent: ManagedTorrent, fresh: boolean): void
  onRenamed?(torrent: ManagedTorrent): void
  /** It is gone for good. `recordId`: its id in the database, if it had a record. */
  onForgotten?(torrent: ManagedTorrent, recordId: number | undefined): void
}

export interface Torrents {
  readonly registry: TorrentRegistry
  readonly list: TorrentList
  readonly records: TorrentStore
  /** Operations of the API about torrents and labels, as other capabilities call them. */
  readonly operations: Implemented<typeof TORRENTS_CONTRACT>
  /** The id of a torrent in the database. Undefined if it has no record. */
  recordId(id: string): number | undefined
  /** The torrent that a record is about. */
  byRecordId(recordId: number): ManagedTorrent | null
  /** Calls the watcher until the returned function is called. */
  watch(watcher: TorrentWatcher): () => void
  /** Adds a torrent that is known to be one. Resolves when it survives a crash. */
  add(source: TorrentSource, input: AddInput): Promise<AddedTorrent>
  /** The folder that new torrents of a label go to. Null if it has none. */
  labelDirectory(label: string): string | null
  /** Counts bytes of plain files in the node's totals. */
  countFileBytes(bytes: number): void
}

export const TORRENTS = service<Torrents>('torrents')
