/**
 * What a program that embeds the engine sees. `Session` and the torrents it returns implement this contract; the command line and the
 * node are written against it alone.
 */
import type { ErrorCode } from './base/errors.ts'
import type { DiscoveryKind, DiscoveryStatus } from './discovery/discovery.ts'
import type { Info, InfoHashes, Metainfo } from './metainfo/metainfo.ts'
import type { TransportKind } from './transport/transport.ts'

export type { EncryptionPolicy } from './wire/encryption/encryption.ts'

/** Bytes a second; `Infinity` for no limit. */
export interface RateLimits {
  downloadBytesPerSecond: number
  uploadBytesPerSecond: number
}

/**
 * A kind of peer with limits of its own, beside those of the session and the torrent: in the local network or beyond it, and by the
 * transport it is reached by. A peer is under the limits of all its classes.
 */
export type PeerClass = 'local' | 'internet' | 'webseed' | TransportKind

/** How a peer was found: `manual` by the user, `incoming` by coming to us. */
export type PeerOrigin = DiscoveryKind | 'manual' | 'incoming'

export interface AddOptions {
  /** Folder that receives the torrent's file or folder. Default: the session's. */
  directory?: string
  /** Add without starting. Default false. */
  paused?: boolean
  /**
   * Believe that all data is in place and correct, and seed without reading it (after creating the torrent from it, say). A piece that
   * turns out to be missing is then reported when it is read. Default false.
   */
  trusted?: boolean
  /** Peers to connect to at once: `host:port`, IPv6 in brackets. */
  peers?: readonly string[]
  /** Further trackers (announced besides the torrent's own, each in a tier of its own; ignored for private torrents). */
  trackers?: readonly string[]
  /** Further web seeds. */
  webSeeds?: readonly string[]
  /** Ask for pieces in order rather than rarest first. Default false. */
  sequential?: boolean
  /** Files wanted, by index among the real (not pad) files. Default: the magnet's `so`, else all. */
  select?: readonly number[]
  limits?: Partial<RateLimits>
  /**
   * Reserve the whole room of a new file when its first bytes come, so that it lies in one piece and a full disk shows at once. Takes the
   * time of writing it once more. Default false: files grow, with holes where nothing is yet.
   */
  preallocate?: boolean
  /** Keep everything in memory instead of in `directory`. Default false. */
  memory?: boolean
  /**
   * Files that lie under other names than the torrent gives them, by index among the real files: paths below the download folder. Nothing
   * is renamed on disk. Only where the metadata is known from the beginning.
   */
  renamed?: ReadonlyMap<number, readonly string[]>
}

/** `checking`: reading what is on disk. `metadata`: fetching the info dictionary. `seeding`: has all that is wanted. */
export type TorrentState = 'paused' | 'metadata' | 'checking' | 'downloading' | 'seeding' | 'error' | 'closed'

export interface TorrentStats {
  readonly state: TorrentState
  /** Payload bytes a second, averaged over the last few seconds. */
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  /** Payload bytes over the life of the torrent, restarts included. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Bytes received that were of no use: duplicates and failed pieces. */
  readonly wastedBytes: number
  /** Verified bytes of wanted files, and how many there are. Both 0 while the metadata is unknown. */
  readonly haveBytes: number
  readonly wantedBytes: number
  /** 0 to 1: `haveBytes / wantedBytes`, or the progress of `checking` while that runs. */
  readonly progress: number
  /** Seconds until complete at the present rate; null when unknown. */
  readonly etaSeconds: number | null
  readonly peers: number
  readonly seeds: number
  /** Addresses known but not connected. */
  readonly knownPeers: number
  /** Why `state` is `error`, and what to do about it. */
  readonly error?: string
  /** The same for programs, where the engine has a code for it. */
  readonly errorCode?: ErrorCode
}

export interface PeerStatus {
  /** `host:port`, IPv6 in brackets; a web seed's URL. */
  readonly address: string
  /** Where it can be connected to, when it connected to us and has said its port (BEP 10 `p`). */
  readonly listenAddress?: string
  readonly kind: TransportKind | 'webseed'
  readonly origin: PeerOrigin | 'webseed'
  /** Milliseconds since it was connected; for a web seed, since the torrent began to use it. */
  readonly connectedMs: number
  /** Name and version as it gives itself, else derived from its peer ID. */
  readonly client: string
  readonly incoming: boolean
  readonly encrypted: boolean
  /** 0 to 1. */
  readonly progress: number
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Blocks of it that were of no use: they came twice, or too late. */
  readonly wastedBytes: number
  /** Pieces that did not match their hash and that it may have sent wrong bytes of; 0 again when it is cleared. */
  readonly failedPieces: number
  /** We choke it / want its pieces; it chokes us / wants ours. */
  readonly amChoking: boolean
  readonly amInterested: boolean
  readonly peerChoking: boolean
  readonly peerInterested: boolean
  readonly snubbed: boolean
}

/** The pieces of a torrent. Everything is a copy: it does not change later. */
export interface PieceMap {
  /** 0 while the metadata is unknown: all else is empty then. */
  readonly count: number
  /** Of all pieces but perhaps the last. */
  readonly pieceLengthBytes: number
  /** Verified pieces as BEP 3's bitfield has them: the first is the highest bit of the first byte. */
  readonly have: Uint8Array
  /** How many of the connected peers and web seeds have each piece, a byte a piece; 255 stands for more too. Ours do not count. */
  readonly availability: Uint8Array
}

/** How a torrent looks for peers in one place: a tracker, the DHT, the local network. */
export interface TorrentDiscovery extends Omit<DiscoveryStatus, 'lastAnnounceMs' | 'nextAnnounceMs'> {
  /** Which info hash is announced there: a hybrid torrent is under both. */
  readonly hash: 'v1' | 'v2'
  /** Seconds since it last answered or failed; absent when it was never asked. */
  readonly lastAnnounceSeconds?: number
  /** Seconds until it is asked again; absent when nothing is planned. */
  readonly nextAnnounceSeconds?: number
}

/** One real file of a torrent. */
export interface TorrentFile {
  /** Index among the real files, from 0. */
  readonly index: number
  /** As the torrent names it, below the download folder. */
  readonly path: readonly string[]
  /** As it was renamed, else `path`. */
  readonly currentPath: readonly string[]
  readonly lengthBytes: number
  /** BEP 52 root: 32 bytes; absent for v1 and empty files. */
  readonly piecesRoot?: Uint8Array | undefined
  /** Verified bytes. */
  readonly haveBytes: number
  /** 0 not wanted, 1 lowest, 4 normal, 7 highest. */
  readonly priority: number
  /** Where it lies on disk; null in memory or before it exists. */
  readonly diskPath: string | null
  /**
   * The bytes `[start, end)` in order, each chunk as soon as it is verified; what is not here yet is fetched first, ahead of all else.
   * Ends early only by throwing: `closed`, or the signal's reason.
   */
  stream(options?: { start?: number; end?: number; signal?: AbortSignal }): AsyncIterable<Uint8Array>
}

export interface TorrentEvents extends Record<string, unknown[]> {
  /** The info dictionary is known (at once for a .torrent). */
  metadata: [Info]
  /** Everything that is wanted is here and verified. Again after more files were selected. */
  complete: []
  /** A piece was verified and stored. */
  piece: [number]
  state: [TorrentState]
  /** The torrent stopped: disk full, data missing. `resume` tries again. */
  error: [Error]
  /** A peer that had been connected is gone: what it was at the end. */
  peerClosed: [PeerStatus]
  /** For people: what a tracker or peer did, at most a few lines a second. */
  log: [string]
}

export interface MoveTorrentOptions {
  signal?: AbortSignal
  onProgress?(progress: { doneBytes: number; totalBytes: number }): void
}

export interface TorrentApi {
  readonly infoHashes: InfoHashes
  /** The name of the metadata, else the magnet's, else the info hash. */
  readonly name: string
  /** Null until the metadata is known. */
  readonly metainfo: Metainfo | null
  readonly files: readonly TorrentFile[]
  readonly directory: string
  readonly magnet: string
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  /** By its user: a torrent that stands in an error is not. */
  readonly paused: boolean
  readonly sequential: boolean
  /** Its own, besides those of the session. */
  readonly limits: RateLimits
  /** In tiers (BEP 12). With all secrets that the URLs hold. */
  readonly trackers: readonly (readonly string[])[]
  readonly webSeeds: readonly string[]
  readonly stats: TorrentStats
  /** As in `stats`, at no cost. */
  readonly state: TorrentState
  /** Everything that is wanted is here and verified, as far as is known: false while the metadata is unknown. */
  readonly isComplete: boolean
  on<Name extends keyof TorrentEvents & string>(
    name: Name,
    listener: (...args: TorrentEvents[Name]) => void,
  ): () => void
  /** Resolves when the metadata is known. Rejects when the torrent is closed or stands in an error, or with the signal's reason. */
  whenMetadata(options?: { signal?: AbortSignal }): Promise<Info>
  /**
   * Resolves when all wanted files are complete. Rejects as soon as the torrent is closed or stands in an error, or with the signal's
   * reason: also for a full disk (`no-space`), although the torrent then goes on by itself when there is room, so that a program that only
   * awaits this is told. One that wants to wait for the room listens to `complete`.
   */
  whenComplete(options?: { signal?: AbortSignal }): Promise<void>
  /** Connected peers, then web seeds. */
  peers(): PeerStatus[]
  /** Takes time in proportion to the number of pieces. */
  pieces(): PieceMap
  discovery(): TorrentDiscovery[]
  /**
   * Connects to `host:port` (IPv6 in brackets) as soon as the torrent runs, and at each later start; with `keep: false` only now. Throws
   * `bad-argument` for what is no such address.
   */
  addPeer(address: string, options?: { keep?: boolean }): void
  setPriority(file: number, priority: number): Promise<void>
  /** The same for many files at once, by index. All or none: rejects with `bad-argument` when one is wrong. */
  setPriorities(priorities: ReadonlyMap<number, number>): Promise<void>
  setSequential(sequential: boolean): void
  setLimits(limits: Partial<RateLimits>): void
  /**
   * Replaces all trackers, in tiers (BEP 12): new ones are announced to, others told that we go. Also those of a private torrent, since its
   * user asks. Rejects with `bad-argument` for what is no http, https, udp or WebSocket URL, and for more than 100. Survives a restart.
   */
  setTrackers(tiers: readonly (readonly string[])[]): Promise<void>
  /** Rejects with `bad-argument` for what is no http or https URL. Does nothing when it is there. Survives a restart. */
  addWebSeed(url: string): Promise<void>
  /** Does nothing when it is not there. Survives a restart. */
  removeWebSeed(url: string): Promise<void>
  /** Asks trackers, DHT and local network for peers now, as far as their rules allow it. */
  reannounce(): void
  pause(): Promise<void>
  resume(): Promise<void>
  /** Reads everything again and keeps what is right. */
  recheck(options?: { signal?: AbortSignal }): Promise<void>
  /** Files go to another folder while they are in use. `onProgress`: bytes copied, where they cannot be renamed. */
  move(directory: string, options?: MoveTorrentOptions): Promise<void>
  /** `path` is below the download folder. Rejects when there is something of that name. */
  renameFile(file: number, path: readonly string[]): Promise<void>
  /**
   * Renames all files of a folder at once, all or none: both paths are below the download folder, `folder` as in `currentPath`. Rejects with
   * `not-found` when there is no such folder, and when there is something of the new names.
   */
  renameFolder(folder: readonly string[], path: readonly string[]): Promise<void>
  /**
   * Makes safe that it was added, so that not even a power cut takes it back: its metadata and what was chosen for it. What it has is
   * recorded by itself, a little later. The resume store is asked before the call returns: one that keeps other things too can write
   * them as one. Rejects as that does.
   */
  recordAdded(): Promise<void>
  /** Stops it and forgets it; `deleteData` deletes its files too. */
  remove(options?: { deleteData?: boolean }): Promise<void>
}
