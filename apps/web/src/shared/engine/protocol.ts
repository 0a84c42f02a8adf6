/** Messages between pages and the worker that hosts the engine. Everything is plain data that can pass through message ports. */
import type { DiscoveryKind, IceServer, PeerStatus, TorrentReason, TorrentState } from '@shoal/torrent'

/** An error as data: `code` is the engine's ErrorCode, the message is for people. */
export interface PeerFailure {
  readonly code: string
  readonly message: string
}

export interface TorrentSnapshot {
  /** Names it in all commands: hex of the v1 info hash, where it has one, else of v2. */
  readonly id: string
  /** Hex. */
  readonly infoHashes: { readonly v1?: string; readonly v2?: string }
  readonly name: string
  readonly magnet: string
  readonly state: TorrentState
  readonly reason: TorrentReason | null
  /** While `state` is `error`. */
  readonly error: PeerFailure | null
  /** `shared`: read from the user's own files, as long as one of the pages has them. `kept`: in the browser's storage. */
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
  /** Verified bytes of wanted files, and how many there are. */
  readonly haveBytes: number
  readonly wantedBytes: number
  /** 0 to 1; of the check while that runs. */
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
  /** Path in the origin private file system; null where it is not kept there. */
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
  /** As in PieceMap: a bit a piece, and a byte a piece. */
  readonly have: Uint8Array
  readonly availability: Uint8Array
}

export interface StorageState {
  /** `memory`: nothing outlives the tab, as in private windows of some browsers. */
  readonly kind: 'opfs' | 'memory'
  readonly usedBytes: number
  /** As the browser tells it: Chromium names 10 GiB beyond what is used to everybody, whatever room there is. */
  readonly quotaBytes: number
  /** Bytes that the torrents to keep still need. If it exceeds `quotaBytes - usedBytes`, they will not fit. */
  readonly neededBytes: number
  /** The browser does not clear it by itself. */
  readonly isPersistent: boolean
}

export interface AddLinkOptions {
  readonly paused?: boolean
  readonly sequential?: boolean
  /** Files wanted, by index; with none of them, older torrents that nothing is wanted of may be forgotten. Default: the link's, else all. */
  readonly select?: readonly number[]
  /** The key in the link of a sealed share, by which those who have the link find each other without a tracker. */
  readonly linkKey?: Uint8Array
  readonly trackers?: readonly string[]
  readonly webSeeds?: readonly string[]
}

/** A file that the user chose, and its path below the shared folder; of one that is shared alone, its name. */
export interface ChosenFile {
  readonly path: readonly string[]
  readonly file: Blob
}

export interface ShareOptions {
  /** Name of the file or folder, as others will see it. */
  readonly name: string
  readonly version?: 'v1' | 'v2' | 'hybrid'
  readonly trackers?: readonly (readonly string[])[]
  readonly webSeeds?: readonly string[]
  readonly comment?: string
  /**
   * Copies the files into the browser's storage, so that they are seeded after a reload too, and faster. They are shared from where they are
   * when there is no room. Default false.
   */
  readonly keep?: boolean
  /** Id of the torrent that it has to be: of other files nothing is shared. */
  readonly expected?: string
}

/** All that a page can ask for. Each says what shall be, not what to do, so that asking again does no harm when the tab that hosts the engine closes. */
export interface Commands {
  /** Magnet link, info hash, URL or content of a .torrent. */
  add(source: string | Uint8Array, options?: AddLinkOptions): TorrentSnapshot
  /** Makes a torrent of chosen files and seeds it from them. `job` names the call in `creating` events. */
  share(files: readonly ChosenFile[], options: ShareOptions, job: string): TorrentSnapshot
  /** Makes a torrent of a file of the origin private file system, which becomes the torrent's own, and seeds it. */
  shareStored(path: string, options: ShareOptions, job: string): TorrentSnapshot
  /** The `share` of that name rejects with `cancelled`, unless it is done. */
  cancelShare(job: string): void
  /** Seeds again what another tab's engine had made of the files: `metainfo` is its .torrent. */
  reshare(metainfo: Uint8Array, files: readonly ChosenFile[]): TorrentSnapshot
  list(): TorrentSnapshot[]
  /** Null: no such torrent. */
  detail(id: string): TorrentDetail | null
  /** Content of its .torrent. Rejects with `not-found` while the metadata is unknown. */
  metainfo(id: string): Uint8Array
  /** Wants just these files, by index. */
  select(id: string, files: readonly number[]): void
  setPriorities(id: string, priorities: ReadonlyMap<number, number>): void
  pause(id: string): void
  resume(id: string): void
  /** With all its bytes that are in the browser. */
  remove(id: string): void
  storage(): StorageState
  /**
   * The next bytes of a reading that the page has named, from `position` of the file on: at most up to `end`. The engine fetches ahead of it
   * before all else. Null at the end.
   */
  read(reading: string, id: string, file: number, position: number, end: number): Uint8Array | null
  endReading(reading: string): void
  /** Snapshots once a second, of whatever changed; with an id, its detail too. */
  watch(id: string | null): TorrentSnapshot[]
  unwatch(id: string | null): void
}

export type CommandName = keyof Commands

export type PeerEvent =
  /** Those that changed, and the ids of those that are gone. */
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

/** From a page to the worker. `from` is the page's own name. */
export type PageFrame =
  | {
      readonly kind: 'call'
      readonly from: string
      readonly call: number
      readonly name: CommandName
      readonly args: readonly unknown[]
    }
  /** Is there anybody? Answered by `here`. */
  | { readonly kind: 'hello'; readonly from: string }
  | { readonly kind: 'bye'; readonly from: string }
  /** The browser has a network again. Not every browser tells its workers. */
  | { readonly kind: 'online'; readonly from: string }
  /** It is hidden or unloaded now, and may be ended at any time. */
  | { readonly kind: 'leaving'; readonly from: string }

/** From the worker to a page; without `to`, to all. */
export type WorkerFrame =
  /** `leader` differs for each worker: calls that an earlier one has not answered are to be made again. */
  | { readonly kind: 'here'; readonly to?: string; readonly leader: string }
  | { readonly kind: 'result'; readonly to: string; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly to: string; readonly call: number; readonly failure: PeerFailure }
  | { readonly kind: 'event'; readonly to: string; readonly event: PeerEvent }

export interface EngineConfig {
  readonly iceServers?: readonly IceServer[]
  readonly iceTransportPolicy?: 'all' | 'relay'
  /** Keep nothing beyond the tab. */
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

/** Where all tabs of the site hear the worker. */
export const CHANNEL_NAME = 'shoal-peer'
/** The tab that holds this lock hosts the worker. */
export const LEADER_LOCK = 'shoal-peer-leader'
