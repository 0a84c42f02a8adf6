/** Services that the torrents offer to other capabilities. */
import type { Implemented, TORRENTS as TORRENTS_CONTRACT, Torrent } from '@shoal/api'
import { service } from '@shoal/daemon/capability'
import type { Session, TorrentSource } from '@shoal/torrent'
import type { AddedTorrent, AddInput } from './changes/adding.ts'
import type { AddOptions } from './changes/change.ts'
import type { TorrentPreview } from './changes/previews.ts'
import type { TorrentList } from './list/torrent-list.ts'
import type { PeerTest } from './peers/peer-reach.ts'
import { FacetTable } from './records/facet-table.ts'
import { facetInput } from './records/facets.ts'
import type { KnownSeal, ManagedTorrent } from './records/managed-torrent.ts'
import type { TorrentRegistry } from './records/torrent-registry.ts'
import type { TorrentRecord, TorrentStore } from './records/torrent-store.ts'

export {
  type AddedTorrent,
  type AddInput,
  FacetTable,
  facetInput,
  type KnownSeal,
  type ManagedTorrent,
  type TorrentRecord,
  type TorrentStore,
}

/** The engine: connections, ports, transfers. */
export const ENGINE = service<Session>('engine')

/** Receives the events of torrents. Errors that it throws are logged. */
export interface TorrentWatcher {
  /** Names and sizes of its files have become known: once per run. */
  onMetadata?(torrent: ManagedTorrent): void
  /** All wanted files are complete: also after more were selected, and at each start. `fresh`: something was missing before. */
  onComplete?(torrent: ManagedTorrent, fresh: boolean): void
  onRenamed?(torrent: ManagedTorrent): void
  /** It was deleted. `recordId`: its id in the database, if it had a record. */
  onForgotten?(torrent: ManagedTorrent, recordId: number | undefined): void
}

export interface Torrents {
  readonly registry: TorrentRegistry
  readonly list: TorrentList
  readonly records: TorrentStore
  /** The id of a torrent in the database. Undefined if it has no record. */
  recordId(id: string): number | undefined
  /** The torrent of a record. */
  byRecordId(recordId: number): ManagedTorrent | null
  /** Calls the watcher until the returned function is called. */
  watch(watcher: TorrentWatcher): () => void
  /**
   * Adds a torrent, or finds the one that is in the list already. Resolves when it survives a crash. A path is read as it is: see `readableSource`
   * of the sources. Rejects as `Session.add` does, and with `forbidden-path`.
   */
  add(source: TorrentSource, input: AddInput): Promise<AddedTorrent>
  /** See `changeExisting`: gives a torrent that was in the list already the options with which it was added once more. Rejects with `conflict`. */
  changeExisting(torrent: ManagedTorrent, input: AddOptions): Promise<void>
  /** Metadata of a torrent, without adding it. Rejects with `timeout`, as `Session.add` does, or with the signal's reason. */
  preview(
    source: TorrentSource,
    peers: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<TorrentPreview>
  /** The current row of the API. */
  view(torrent: ManagedTorrent): Torrent
  /** The folder for new torrents of a label. Null if it has none. */
  labelDirectory(label: string): string | null
  /** Whether the IP filter keeps this address (an IP literal) away. */
  blocks(address: string): boolean
  /** A hub has tried to connect to the port for peers; null if none could be asked. */
  notePeerTest(test: PeerTest | null): void
  /** Counts bytes of plain files in the node's totals. */
  countFileBytes(bytes: number): void
}

export const TORRENTS = service<Torrents>('torrents')
/** The operations of torrents and labels, for capabilities that act like a user. */
export const TORRENT_OPERATIONS = service<Implemented<typeof TORRENTS_CONTRACT>>('torrent-operations')
