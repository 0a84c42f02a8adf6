/**
 * Messages between pages and the worker that runs the engine. All are plain data that can pass
 * through message ports.
 */
import type { DiscoveryKind, IceServer, PeerStatus, TorrentReason, TorrentState } from '@shoal/torrent'

/** An error as data: `code` is the engine's ErrorCode, the message is for users. */
export interface PeerFailure {
  readonly code: string
  readonly message: string
}

export interface TorrentSnapshot {
  /**
   * Identifies the torrent in all commands: the v1 info hash in hex if there is one, otherwise that
   * of v2.
   */
  readonly id: string
  /** Hex. */
  readonly infoHashes: { readonly v1?: string; readonly v2?: string }
  readonly name: string
  readonly magnet: string
  readonly state: TorrentState
  readonly reason: TorrentReason | null
  /** Set while `state` is `error`. */
  readonly error: PeerFailure | null
  /**
   * `shared`: read from the user's own files, while a page has access to them. `kept`: in the
   * browser's storage.
   */
  readonly origin: 'kept' | 'shared' | 'memory'
  readonly isComplete: boolean
  readonly paused: boolean
  readonly sequential: boolean
  /** BEP 27: its peers come from its trackers only. False while the metadata is unknown. */
  readonly isPrivate: boolean
  /** Length of all files; 0 while the metadata is unknown. */
  readonly lengthBytes: number
  readonly fileCount: number
  readonly pieceCount: number
  readonly pieceLengthBytes: number
  /** Verified bytes of wanted files, and their total. */
  readonly haveBytes: number
  readonly wantedBytes: number
  /** 0 to 1; the progress of a check while it runs. */
  readonly progress: number
  readonly etaSeconds: number | null
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  readonly peers: number
  readonly seeds: number
  readonly knownPeers: number
  readonly addedMs: number
}

export interface FileSnapshot {
  readonly index: number
  readonly path: readonly string[]
  readonly lengthBytes: number
  readonly haveBytes: number
  /** 0 not wanted, 1 lowest, 4 normal, 7 highest. */
  readonly priority: number
  /** Path in the origin private file system; null if the file is not stored there. */
  readonly storedPath: string | null
}

export interface DiscoverySnapshot {
  readonly kind: DiscoveryKind
  readonly name: string
  readonly state: string
  readonly error: string | null
}

export interface TorrentDetail {
  readonly torrent: TorrentSnapshot
  readonly files: readonly FileSnapshot[]
  readonly connected: readonly PeerStatus[]
  readonly discovery: readonly DiscoverySnapshot[]
  /** As in PieceMap: one bit, or one byte, per piece. */
  readonly have: Uint8Array
  readonly availability: Uint8Array
}

export interface StorageState {
  /** `memory`: all is lost when the tab is closed, as in private windows of some browsers. */
  readonly kind: 'opfs' | 'memory'
  readonly usedBytes: number
  /**
   * As the browser reports it: Chromium always reports 10 GiB more than the used bytes, whatever
   * space there is.
   */
  readonly quotaBytes: number
  /**
   * Bytes that stored torrents still need. If this exceeds `quotaBytes - usedBytes`, they will not
   * fit.
   */
  readonly neededBytes: number
  /** Whether the browser does not delete the storage by itself. */
  readonly isPersistent: boolean
}

export interface AddLinkOptions {
  readonly paused?: boolean
  readonly sequential?: boolean
  /**
   * Wanted files, by index. If the list is empty, older torrents without wanted files may be
   * removed. Default: those in the link, or else all.
   */
  readonly select?: readonly number[]
  /**
   * The key in the link of a sealed share, with which users of the link find each other without a
   * tracker.
   */
  readonly linkKey?: Uint8Array
  readonly trackers?: readonly string[]
  readonly webSeeds?: readonly string[]
}

/** A chosen file, and its path below the shared folder, or its name if it is shared alone. */
export interface ChosenFile {
  readonly path: readonly string[]
  readonly file: Blob
}

export interface ShareOptions {
  /** Name of the file or folder, visible to others. */
  readonly name: string
  readonly version?: 'v1' | 'v2' | 'hybrid'
  readonly trackers?: readonly (readonly string[])[]
  readonly webSeeds?: readonly string[]
  readonly comment?: string
  /**
   * Copies the files into the browser's storage, so that they are also seeded after a reload, and
   * faster. Without space for a copy, they are shared from where they are. Default false.
   */
  readonly keep?: boolean
  /** The required id of the torrent: if the files yield another one, nothing is shared. */
  readonly expected?: string
}

/**
 * All commands of a page. Each describes the desired state, so that repeating it is harmless when
 * the tab that runs the engine closes.
 */
export interface Commands {
  /** `source`: a magnet link, info hash, URL or the content of a .torrent. */
  add(source: string | Uint8Array, options?: AddLinkOptions): TorrentSnapshot
  /**
   * Creates a torrent from chosen files and seeds it from them. `job` identifies the call in
   * `creating` events.
   */
  share(files: readonly ChosenFile[], options: ShareOptions, job: string): TorrentSnapshot
  /**
   * Creates a torrent from a file in the origin private file system, which the torrent takes over,
   * and seeds it.
   */
  shareStored(path: string, options: ShareOptions, job: string): TorrentSnapshot
  /** Makes the `share` with that job reject with `cancelled`, unless it is finished. */
  cancelShare(job: string): void
  /**
   * Seeds files again from which another tab's engine had created a torrent: `metainfo` is its
   * .torrent.
   */
  reshare(metainfo: Uint8Array, files: readonly ChosenFile[]): TorrentSnapshot
  list(): TorrentSnapshot[]
  /** Returns null if the torrent does not exist. */
  detail(id: string): TorrentDetail | null
  /**
   * Returns the content of the .torrent file. Rejects with `not-found` while the metadata is
   * unknown.
   */
  metainfo(id: string): Uint8Array
  /** Selects only these files, by index. */
  select(id: string, files: readonly number[]): void
  setPriorities(id: string, priorities: ReadonlyMap<number, number>): void
  pause(id: string): void
  resume(id: string): void
  /** Removes a torrent and all its bytes in the browser. */
  remove(id: string): void
  storage(): StorageState
  /**
   * Reads the next bytes of a file, from `position` on and at most up to `end`; null at the end.
   * The page chooses the name `reading` for sequential reads. The engine downloads the following
   * pieces with the highest priority.
   */
  read(reading: string, id: string, file: number, position: number, end: number): Uint8Array | null
  endReading(reading: string): void
  /** Subscribes to snapshots of changed torrents once a second; with an id, also to its detail. */
  watch(id: string | null): TorrentSnapshot[]
  unwatch(id: string | null): void
}

export type CommandName = keyof Commands

export type PeerEvent =
  /** Changed torrents, and the ids of removed ones. */
  | {
      readonly kind: 'torrents'
      readonly changed: readonly TorrentSnapshot[]
      readonly gone: readonly string[]
    }
  | { readonly kind: 'detail'; readonly detail: TorrentDetail }
  | { readonly kind: 'storage'; readonly storage: StorageState }
  | {
      readonly kind: 'creating'
      readonly job: string
      readonly doneBytes: number
      readonly totalBytes: number
    }

/** From a page to the worker. `from` is the name of the page. */
export type PageFrame =
  | {
      readonly kind: 'call'
      readonly from: string
      readonly call: number
      readonly name: CommandName
      readonly args: readonly unknown[]
    }
  /** Asks for a leader, which answers with `here`. */
  | { readonly kind: 'hello'; readonly from: string }
  | { readonly kind: 'bye'; readonly from: string }
  /** The browser is online again. Some browsers do not notify workers. */
  | { readonly kind: 'online'; readonly from: string }
  /** The page is hidden or unloaded, and may be terminated at any time. */
  | { readonly kind: 'leaving'; readonly from: string }

/** From the worker to a page, or to all pages without `to`. */
export type WorkerFrame =
  /**
   * `leader` differs for each worker: pages repeat calls that an earlier worker has not answered.
   */
  | { readonly kind: 'here'; readonly to?: string; readonly leader: string }
  | { readonly kind: 'result'; readonly to: string; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly to: string; readonly call: number; readonly failure: PeerFailure }
  | { readonly kind: 'event'; readonly to: string; readonly event: PeerEvent }

export interface EngineConfig {
  readonly iceServers?: readonly IceServer[]
  readonly iceTransportPolicy?: 'all' | 'relay'
  /** Whether nothing is stored beyond the lifetime of the tab. */
  readonly memory?: boolean
  /** Folder in the origin private file system. Default `/shoal`. */
  readonly directory?: string
}

/** The message that starts the worker: `frames` and `rtc` are the page's ends of channels. */
export interface StartMessage {
  readonly config: EngineConfig
  readonly frames: MessagePort
  readonly rtc: MessagePort
}

/** The channel between the worker and all tabs of the site. */
export const CHANNEL_NAME = 'shoal-peer'
/** The tab that holds this lock runs the worker. */
export const LEADER_LOCK = 'shoal-peer-leader'
