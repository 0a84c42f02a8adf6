/** What a program that embeds the engine sees of a session: its options, its settings while it is open, what it tells and does. */
import type { AddOptions, EncryptionPolicy, PeerClass, RateLimits, TorrentApi } from './api.ts'
import type { Metainfo } from './metainfo/metainfo.ts'
import type { ResumeStore } from './storage/resume-store.ts'
import type { Transport, TransportKind } from './transport/transport.ts'
import type { IceServer, RtcFactory } from './transport/webrtc/rtc.ts'

/** How peers are reached over WebRTC. */
export interface WebrtcOptions {
  /**
   * STUN servers tell us our address beyond a router; TURN servers relay where there is no direct way. Default: none, which reaches peers
   * of the same network and those whose address is public.
   */
  iceServers?: readonly IceServer[]
  /** `relay`: by TURN servers only, so that no peer learns our address. Default `all`. */
  iceTransportPolicy?: 'all' | 'relay'
  /** Makes the peer connections instead of the platform: for a worker, whose page must. Only when the session is opened. */
  rtc?: RtcFactory
}

export interface SessionOptions {
  /** Where downloads go. Default: the working directory. */
  directory?: string
  /**
   * Where resume data is kept, a few files a torrent; null keeps none. Default null. One session at a time may restore it: for a second
   * one `open` rejects with `in-use`. With `restore: false` several may use it, for torrents of their own.
   */
  stateDirectory?: string | null
  /** Keeps resume data instead of a `stateDirectory`: a database, say. The session closes it when it closes. Not with `stateDirectory`. */
  resumeStore?: ResumeStore
  /** Add all recorded torrents at once. When false, a torrent's record is used when it is added. Default true. */
  restore?: boolean
  /** TCP (and DHT) port: 0 any free one, null does not accept connections. Default 6881, or a free one when that is taken. */
  port?: number | null
  /** Address to accept on. Default: all, both families. */
  host?: string
  dht?: boolean
  /** DHT nodes to start from, `host:port`. Default: the well-known ones. */
  dhtNodes?: readonly string[]
  /** Local service discovery (BEP 14). Default true. */
  lsd?: boolean
  /** Peer exchange (BEP 11). Default true. */
  pex?: boolean
  /** Announce to trackers. Default true. */
  trackers?: boolean
  /**
   * WebRTC, to which the way leads over trackers whose URLs begin with `ws:` or `wss:`. Loaded when the first such tracker is announced to.
   * `false`: off. Default: on, without servers.
   */
  webrtc?: boolean | WebrtcOptions
  /** Message stream encryption; WebRTC has its own, always. */
  encryption?: EncryptionPolicy
  limits?: Partial<RateLimits>
  /** Peer connections in all / for one torrent. Defaults 500 / 100. */
  maxConnections?: number
  maxConnectionsPerTorrent?: number
  /** How many peers one torrent uploads to at a time. Default 8. */
  uploadSlots?: number
  /** Name and version shown to peers. */
  userAgent?: string
}

export interface SessionStats {
  /** Payload bytes a second of all torrents, averaged over the last few seconds. */
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  /** Payload bytes since the session was opened. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** DHT nodes that answer; null without a DHT. */
  readonly dhtNodes: number | null
  /** Connected peers by transport, and web seeds that are being read. */
  readonly connections: Readonly<Record<TransportKind | 'webseed', number>>
  /** Those of the connected peers that connected to us. */
  readonly incomingConnections: number
  /** Connections being made. */
  readonly dialling: number
  /** A peer from beyond the local network has connected to us since the session was opened: our port can be reached. */
  readonly isReachable: boolean
}

/** Options that may change while a session is open. What is left out stays as it is. */
export type SessionSettings = Pick<
  SessionOptions,
  | 'directory'
  | 'port'
  | 'dht'
  | 'lsd'
  | 'pex'
  | 'trackers'
  | 'webrtc'
  | 'encryption'
  | 'maxConnections'
  | 'maxConnectionsPerTorrent'
  | 'uploadSlots'
>

/** What `Session.add` takes. */
export type TorrentSource =
  /** Magnet link; info hash (hex or base32, v1 or v2); path or HTTP(S) URL of a .torrent. */
  | string
  /** Content of a .torrent. */
  | Uint8Array
  | Metainfo

export interface SessionApi {
  /** Port that accepts connections; 0 while none does. */
  readonly port: number
  readonly torrents: readonly TorrentApi[]
  /** Takes time in proportion to the number of torrents and connections. */
  readonly stats: SessionStats
  /** Adds a torrent and starts it, or returns the one that is there already. Resolves before metadata or checking is done. */
  add(source: TorrentSource, options?: AddOptions): Promise<TorrentApi>
  /**
   * For a tracker in the same process: whether `answerOffer` would answer that peer, of 20 bytes, about the torrent of a 20-byte hash. Not for
   * private torrents, which meet peers by their own trackers; a magnet link does not say whether it is of one, until its metadata is here.
   */
  wantsOffer(infoHash: Uint8Array, peerId: Uint8Array): boolean
  /** Answers a WebRTC offer (an SDP, as it came) that no tracker of the torrent handed on; null when no such peer is wanted. Never rejects. */
  answerOffer(
    infoHash: Uint8Array,
    offer: { readonly id: string; readonly sdp: string },
    peerId: Uint8Array,
  ): Promise<string | null>
  /**
   * Adds a transport, which then dials and accepts like those that the session was opened with, at the session's port if it can. It comes last
   * in the order of preference. Resolves to a function that removes and closes it; its open connections stay. Rejects with `bad-argument` if
   * the session has a transport of that kind, or with what `listen` of the transport rejects; the transport is then closed.
   */
  addTransport(transport: Transport): Promise<() => Promise<void>>
  /** For the whole session, or for one class of peers. Holds for open connections too. */
  setLimits(limits: Partial<RateLimits>, peerClass?: PeerClass): void
  /**
   * Changes settings while the session is open. `directory` holds for torrents that are added from now on, `encryption` and `pex: true`
   * for peers that connect from now on; all else at once: with fewer connections allowed, those that move least are ended. Rejects with
   * `bad-argument`, or `refused` when the port is taken: it keeps the one that it has then, and nothing is changed.
   */
  configure(changes: SessionSettings): Promise<void>
  /**
   * Makes safe what all torrents have by now, as they do by themselves every two seconds: for a host that may be ended without `close`, as
   * pages are. Never rejects: what could not be recorded is told in the torrent's log, and tried again.
   */
  record(): Promise<void>
  /**
   * The machine has another network than before, or one again: trackers are asked at once, over new connections. For whoever is told of that
   * by the system, as pages are.
   */
  networkChanged(): void
  /** Stops everything, records resume data, closes every socket, file, timer and worker. Safe to call twice. */
  close(): Promise<void>
}
