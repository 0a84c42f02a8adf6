/** The services of torrents for other capabilities. */
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
  /**
   * All wanted files are complete: also after more were selected, and at each start. `fresh`:
   * something was missing before.
   */
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
   * Adds a torrent, or finds an existing one. Resolves when it survives a crash. A path is read
   * without checks: see `readableSource` of the sources. Rejects like `Session.add`, and with
   * `forbidden-path`.
   */
  add(source: TorrentSource, input: AddInput): Promise<AddedTorrent>
  /**
   * See `changeExisting`: applies the options of another add request to an existing torrent.
   * Rejects with `conflict`.
   */
  changeExisting(torrent: ManagedTorrent, input: AddOptions): Promise<void>
  /**
   * Returns the metadata of a torrent without adding it. Rejects with `timeout`, like
   * `Session.add`, or with the signal's reason.
   */
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
  /** Returns whether the IP filter blocks this address (an IP literal). */
  blocks(address: string): boolean
  /** Records a hub's attempt to connect to the peer port; null if no hub could be contacted. */
  notePeerTest(test: PeerTest | null): void
  /** Counts bytes of plain files in the node's totals. */
  countFileBytes(bytes: number): void
}

export const TORRENTS = service<Torrents>('torrents')
/** The operations of torrents and labels, for capabilities that act like a user. */
export const TORRENT_OPERATIONS = service<Implemented<typeof TORRENTS_CONTRACT>>('torrent-operations')
