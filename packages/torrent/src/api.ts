/**
 * Public API of a torrent, implemented by `Session` and its torrents. The command line and the
 * node depend only on it.
 */
import type { ErrorCode } from './base/errors.ts'
import type { SwitchableSource } from './base/switchable-source.ts'
import type { DiscoveryKind, DiscoveryStatus } from './discovery/discovery.ts'
import type { Info, InfoHashes, Metainfo } from './metainfo/metainfo.ts'
import type { PeerAddress, TransportKind } from './transport/transport.ts'

export type { SwitchableSource } from './base/switchable-source.ts'
export type { EncryptionPolicy } from './wire/encryption/encryption.ts'

/** Bytes per second; `Infinity` for no limit. */
export interface RateLimits {
  downloadBytesPerSecond: number
  uploadBytesPerSecond: number
}

/**
 * A class of peers with its own rate limits, in addition to those of the session and the torrent:
 * by location (local network or internet) and by transport. The limits of all its classes apply to
 * a peer.
 */
export type PeerClass = 'local' | 'internet' | 'webseed' | TransportKind

/** How a peer was found: `manual` if the user added it, `incoming` if it connected to us. */
export type PeerOrigin = DiscoveryKind | 'manual' | 'incoming'

/**
 * Whether the content has a folder of its own. `original`: as in the torrent. `subfolder`: a single
 * file gets a folder with its name. `no-subfolder`: the files of a folder are stored without it.
 */
export type ContentLayout = 'original' | 'subfolder' | 'no-subfolder'

export interface AddOptions {
  /** Folder that receives the torrent's file or folder. Default: the session's. */
  directory?: string
  /** Add without starting. Default false. */
  paused?: boolean
  /**
   * Trust that all data is complete and correct, and seed it without checking, for example after
   * creating the torrent from it. A missing piece is then reported when it is read. Default false.
   */
  trusted?: boolean
  /** Peers to connect to immediately: `host:port`, IPv6 in brackets. */
  peers?: readonly string[]
  /** Additional trackers, each in its own tier. Ignored for private torrents. */
  trackers?: readonly string[]
  /** Additional web seeds. */
  webSeeds?: readonly string[]
  /** Request pieces in order rather than rarest first. Default false. */
  sequential?: boolean
  /**
   * Download the first and the last piece of each file before others, as players need them. Default
   * false.
   */
  firstLastFirst?: boolean
  /** Super seeding (BEP 16) once it is complete. Default false. */
  superSeeding?: boolean
  /**
   * Wanted files, by index among the real (not pad) files. Default: the magnet link's `so`, else
   * all.
   */
  select?: readonly number[]
  limits?: Partial<RateLimits>
  /**
   * Reserve a new file's whole disk space at its first write, so that it is contiguous and a full
   * disk is noticed early. Takes as long as writing the file once more. Default false: files grow,
   * with holes where nothing has been written.
   */
  preallocate?: boolean
  /** Keep everything in memory instead of in `directory`. Default false. */
  memory?: boolean
  /**
   * Paths below the download folder of files that exist under other names, by index among the real
   * files. Nothing is renamed on disk. Valid only if the metadata is known from the start.
   */
  renamed?: ReadonlyMap<number, readonly string[]>
  /** Applied as soon as the metadata is known, unless `renamed` is given. Default: `original`. */
  contentLayout?: ContentLayout
}

/**
 * `checking`: verifying files on disk. `metadata`: fetching the info dictionary, or the hashes of
 * a v2 torrent (BEP 52), from peers. `seeding`: all wanted files are complete.
 */
export type TorrentState = 'paused' | 'metadata' | 'checking' | 'downloading' | 'seeding' | 'error' | 'closed'

/**
 * Why a torrent is not making progress. `no-peers`: no peer or web seed is connected.
 * `tracker-error`: the same, and all of its trackers fail; for a seed, only if it has no other way
 * to find peers. `stalled`: peers are connected, but nothing has arrived for a minute.
 * `changed-files`: it was complete, and is downloading pieces of files that were changed on disk.
 * `no-route`: the required proxy does not work.
 */
export type TorrentReason = 'no-peers' | 'tracker-error' | 'stalled' | 'changed-files' | 'no-route'

export interface TorrentStats {
  readonly state: TorrentState
  readonly reason: TorrentReason | null
  /**
   * Whether it has trackers and each of them has failed since it last answered. False while it is
   * paused.
   */
  readonly trackersFail: boolean
  /** Payload bytes per second, averaged over the last few seconds. */
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  /** Payload bytes over the lifetime of the torrent, across restarts. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Received bytes that were discarded: duplicates and failed pieces. */
  readonly wastedBytes: number
  /** Verified bytes and total bytes of wanted files. Both are 0 while the metadata is unknown. */
  readonly haveBytes: number
  readonly wantedBytes: number
  /** 0 to 1: `haveBytes / wantedBytes`, or the progress of `checking` while that runs. */
  readonly progress: number
  /** Seconds until completion at the current rate; null if unknown. */
  readonly etaSeconds: number | null
  readonly peers: number
  readonly seeds: number
  /** Known addresses that are not connected. */
  readonly knownPeers: number
  /**
   * Paths of files with pieces that are missing because the files were changed on disk. A file
   * leaves the list when it is complete again.
   */
  readonly changedFiles: readonly string[]
  /** The reason for the state `error`, and what to do about it. */
  readonly error?: string
  /** The error's code, if the engine has one for it. */
  readonly errorCode?: ErrorCode
}

export interface PeerStatus {
  /** `host:port`, IPv6 in brackets; a web seed's URL. */
  readonly address: string
  /**
   * Address for connecting to the peer, if it connected to us and has announced its port (BEP 10
   * `p`).
   */
  readonly listenAddress?: string
  readonly kind: TransportKind | 'webseed'
  readonly origin: PeerOrigin | 'webseed'
  /** Milliseconds since it connected; for a web seed, since its first use by the torrent. */
  readonly connectedMs: number
  /** Name and version as it reports them, else derived from its peer ID. */
  readonly client: string
  readonly incoming: boolean
  readonly encrypted: boolean
  /** 0 to 1. */
  readonly progress: number
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Bytes of its blocks that were discarded as duplicates or too late. */
  readonly wastedBytes: number
  /**
   * Number of pieces that failed their hash check and to which it contributed; reset to 0 when it
   * is cleared.
   */
  readonly failedPieces: number
  /** Whether we choke it, whether we are interested in it, and the same in the other direction. */
  readonly amChoking: boolean
  readonly amInterested: boolean
  readonly peerChoking: boolean
  readonly peerInterested: boolean
  readonly snubbed: boolean
  /** 20 bytes; absent for web seeds and in browsers. */
  readonly peerId?: Uint8Array
  /** Whether hole punching (BEP 55) made the connection; absent for web seeds and in browsers. */
  readonly holePunched?: boolean
  /** The network key of a Shoal peer that has proved it: 64 hexadecimal digits. */
  readonly networkKey?: string
  /** Whether it is preferred when upload slots are assigned. Node only. */
  readonly hasFastLane?: boolean
  /** Share of our missing pieces that it has, 0 to 1; absent for web seeds and in browsers. */
  readonly relevance?: number
  /** The piece that it is sending to us; absent if it sends nothing, and in browsers. */
  readonly piece?: number
}

/** The pieces of a torrent, as a snapshot. */
export interface PieceMap {
  /** Number of pieces; 0 while the metadata is unknown, and then the other members are empty. */
  readonly count: number
  /** Length of every piece except possibly the last. */
  readonly pieceLengthBytes: number
  /** Verified pieces as a BEP 3 bit field: the first piece is the highest bit of the first byte. */
  readonly have: Uint8Array
  /**
   * Number of connected peers and web seeds that have each piece, one byte per piece, capped at
   * 255. Does not count our own pieces.
   */
  readonly availability: Uint8Array
}

/** State of one source of peers: a tracker, the DHT, or the local network. */
export interface TorrentDiscovery extends Omit<DiscoveryStatus, 'lastAnnounceMs' | 'nextAnnounceMs'> {
  /** The announced info hash; a hybrid torrent announces both. */
  readonly hash: 'v1' | 'v2'
  /** Seconds since its last answer or failure; absent before the first. */
  readonly lastAnnounceSeconds?: number
  /** Seconds until the next announce; absent if none is planned. */
  readonly nextAnnounceSeconds?: number
}

/** One real file of a torrent. */
export interface TorrentFile {
  /** Index among the real files, from 0. */
  readonly index: number
  /** Original path below the download folder. */
  readonly path: readonly string[]
  /** The path after renames, else `path`. */
  readonly currentPath: readonly string[]
  /**
   * Actual or future path on disk, below the download folder: invalid names are changed, and equal
   * ones numbered. In pages `currentPath`.
   */
  readonly storedPath: readonly string[]
  readonly lengthBytes: number
  /** BEP 52 root: 32 bytes; absent for v1 and empty files. */
  readonly piecesRoot?: Uint8Array | undefined
  /** Verified bytes. */
  readonly haveBytes: number
  /** 0 not wanted, 1 lowest, 4 normal, 7 highest. */
  readonly priority: number
  /** Absolute path on disk; null if it is kept in memory or does not exist yet. */
  readonly diskPath: string | null
  /**
   * Other torrents of the session with the same file (BEP 52: equal roots). Empty for private
   * torrents and those without v2 hashes.
   */
  readonly copies: readonly FileCopy[]
  /**
   * Yields the bytes `[start, end)` in order, each chunk as soon as it is verified. Missing bytes
   * are downloaded with priority over everything else. Ends early only by throwing: `closed`, or
   * the signal's reason. `sentTo`: the IP address of a client to which the caller forwards the
   * bytes. They are then subject to the upload limits and count as uploaded.
   */
  stream(options?: {
    start?: number
    end?: number
    signal?: AbortSignal
    sentTo?: string
  }): AsyncIterable<Uint8Array>
}

/** A file in another torrent of the session. */
export interface FileCopy {
  readonly torrent: TorrentApi
  /** Current path below the other torrent's download folder. */
  readonly path: readonly string[]
  /** Bytes that were taken from it since the session was opened, rather than downloaded. */
  readonly takenBytes: number
}

export interface TorrentEvents extends Record<string, unknown[]> {
  /** The info dictionary has become known (immediately for a .torrent). */
  metadata: [Info]
  /**
   * All wanted files are complete and verified. Emitted again after more files were selected and
   * completed.
   */
  complete: []
  /** A piece has been verified and stored. */
  piece: [number]
  state: [TorrentState]
  /**
   * The torrent has stopped, for example because the disk is full or data is missing. `resume`
   * retries.
   */
  error: [Error]
  /**
   * Files of a new torrent are stored under other names because files with these names exist that
   * do not belong to it.
   */
  filesAvoided: [readonly { readonly path: string; readonly storedAs: string }[]]
  /**
   * Paths of files that were changed on disk and no longer match the torrent. Missing pieces are
   * downloaded again.
   */
  filesChanged: [readonly string[]]
  /** A peer has connected or disconnected. Carries the number of connected peers. */
  peers: [number]
  /** A peer has disconnected; carries its last status. */
  peerClosed: [PeerStatus]
  /** Messages about trackers and peers for the user, at most a few per second. */
  log: [string]
}

export interface MoveTorrentOptions {
  signal?: AbortSignal
  onProgress?(progress: { doneBytes: number; totalBytes: number }): void
}

export interface TorrentApi {
  readonly infoHashes: InfoHashes
  /** The name from the metadata, else from the magnet link, else the info hash. */
  readonly name: string
  /** Null while the metadata is unknown. */
  readonly metainfo: Metainfo | null
  readonly files: readonly TorrentFile[]
  /**
   * Size in bytes and modification time (nanoseconds since the Unix epoch, decimal) of each of
   * `files` on disk, if the torrent created it, wrote to it or verified a piece of it. Null
   * otherwise, and in pages.
   */
  ownStamps(): Promise<readonly ({ readonly size: number; readonly mtimeNs: string } | null)[]>
  readonly directory: string
  readonly magnet: string
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  /** Whether the user has paused it. A torrent in the state `error` is not paused. */
  readonly paused: boolean
  readonly sequential: boolean
  readonly superSeeding: boolean
  readonly firstLastFirst: boolean
  /** Kinds of sources that are switched off. */
  readonly sourcesOff: readonly SwitchableSource[]
  /** The torrent's own limits, in addition to those of the session. */
  readonly limits: RateLimits
  /** In tiers (BEP 12). The URLs may contain secrets such as passkeys. */
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  readonly stats: TorrentStats
  /** Same value as in `stats`, without computing the rest. */
  readonly state: TorrentState
  /** Whether all wanted files are complete and verified. False while the metadata is unknown. */
  readonly isComplete: boolean
  on<Name extends keyof TorrentEvents & string>(
    name: Name,
    listener: (...args: TorrentEvents[Name]) => void,
  ): () => void
  /**
   * Resolves when the metadata is known. Rejects if the torrent is closed or fails, or with the
   * signal's reason.
   */
  whenMetadata(options?: { signal?: AbortSignal }): Promise<Info>
  /**
   * Resolves when all wanted files are complete. Rejects as soon as the torrent is closed or fails,
   * or with the signal's reason. It also rejects for a full disk (`no-space`), so that the caller
   * notices, although the torrent then resumes by itself once there is space. To wait for that,
   * listen to `complete` instead.
   */
  whenComplete(options?: { signal?: AbortSignal }): Promise<void>
  /** Status of all connected peers, then of the web seeds. */
  peers(): PeerStatus[]
  /** Takes time proportional to the number of pieces. */
  pieces(): PieceMap
  discovery(): TorrentDiscovery[]
  /**
   * Connects to `host:port` (IPv6 in brackets) as soon as the torrent runs, and at each later
   * start; with `keep: false` only now. Throws `bad-argument` for an invalid address. A
   * PeerAddress, for transports with a notation of their own, is only tried now, and not kept.
   */
  addPeer(address: string | PeerAddress, options?: { keep?: boolean }): void
  setPriority(file: number, priority: number): Promise<void>
  /**
   * Sets the priorities of several files, by index. Sets all or none: rejects with `bad-argument`
   * if one is invalid.
   */
  setPriorities(priorities: ReadonlyMap<number, number>): Promise<void>
  setSequential(sequential: boolean): void
  /** Whether the first and the last piece of each wanted file come before others. */
  setFirstLastFirst(firstLastFirst: boolean): void
  /**
   * Super seeding (BEP 16), for the first seed of a popular torrent: each peer that connects from
   * now on is shown single pieces that others lack, so that we upload little more than one copy
   * until the peers together have all. No effect in browsers.
   */
  setSuperSeeding(superSeeding: boolean): void
  /**
   * Replaces the kinds of sources that are switched off. Connections of these kinds are closed,
   * and neither made nor accepted; web seeds and local copies are no longer used. Applies at once
   * and survives a restart. No effect in browsers.
   */
  setSourcesOff(kinds: readonly SwitchableSource[]): void
  setLimits(limits: Partial<RateLimits>): void
  /**
   * Replaces all trackers, in tiers (BEP 12): announces to new ones and sends `stopped` to removed
   * ones. Applies to private torrents, too, since the user asks for it. Rejects with `bad-argument`
   * for URLs that are not http, https, udp or WebSocket, and for more than 100. Survives a restart.
   */
  setTrackers(tiers: readonly (readonly string[])[]): Promise<void>
  /**
   * Adds a web seed if it is new. Rejects with `bad-argument` if the URL is not http, https or
   * (not in browsers) ftp. Survives a restart.
   */
  addWebSeed(url: string): Promise<void>
  /** Removes a web seed if it exists. Survives a restart. */
  removeWebSeed(url: string): Promise<void>
  /**
   * Queries trackers, the DHT and the local network for peers now. A tracker that was queried
   * within the last ten seconds, or requires a longer interval between announces, is queried once
   * that is over: see `nextAnnounceSeconds` in `discovery`.
   */
  reannounce(): void
  pause(): Promise<void>
  resume(): Promise<void>
  /**
   * Marks the files of a paused torrent that was added as `trusted` as complete without reading
   * them, as its start would. Does nothing for other torrents, or after it has started. Rejects if
   * files are missing.
   */
  trust(): Promise<void>
  /** Reads all data again and keeps the pieces that verify. A call during such a check joins it. */
  recheck(options?: { signal?: AbortSignal }): Promise<void>
  /**
   * Moves the files to another folder while they are in use. `onProgress` reports copied bytes if
   * the files cannot be renamed.
   */
  move(directory: string, options?: MoveTorrentOptions): Promise<void>
  /** Renames a file; `path` is below the download folder. Rejects if the path is taken. */
  renameFile(file: number, path: readonly string[]): Promise<void>
  /**
   * Renames all files of a folder, all or none. Both paths are below the download folder, `folder`
   * as in `currentPath`. Rejects with `not-found` if the folder does not exist, and if a new path
   * is taken.
   */
  renameFolder(folder: readonly string[], path: readonly string[]): Promise<void>
  /**
   * Records the added torrent durably, with its metadata and options, so that it survives a power
   * cut. Its progress is recorded automatically a little later. Calls the resume store before
   * returning, so that a store with other data can write both in one transaction. Rejects like the
   * store.
   */
  recordAdded(): Promise<void>
  /** Stops the torrent and removes it; `deleteData` also deletes its files. */
  remove(options?: { deleteData?: boolean }): Promise<void>
}
