/** The public API of a session: its options, settings, statistics and methods. */
import type { AddOptions, EncryptionPolicy, PeerClass, RateLimits, TorrentApi } from './api.ts'
import type { DhtMeeting } from './discovery/dht/dht-discovery.ts'
import type { DhtItem, DhtItemKey } from './discovery/dht/item.ts'
import type { Metainfo } from './metainfo/metainfo.ts'
import type { PortMappingStatus } from './port-mapping/port-mapping.ts'
import type { LoadRecognition, Recognition } from './recognition-api.ts'
import type { ResumeStore } from './storage/record/resume-store.ts'
import type { RouteFacts } from './transport/route.ts'
import type { Transport, TransportKind } from './transport/transport.ts'
import type { IceServer, RtcFactory } from './transport/webrtc/rtc.ts'

/** Options for WebRTC connections. */
export interface WebrtcOptions {
  /**
   * STUN servers report our address outside a router; TURN servers relay if there is no direct
   * path. Default: none, which reaches peers in the same network and peers with public addresses.
   */
  iceServers?: readonly IceServer[]
  /**
   * `relay`: connect only through TURN servers, which hides our address from peers. Default `all`.
   */
  iceTransportPolicy?: 'all' | 'relay'
  /**
   * Creates the peer connections instead of the platform, for example for a worker, which cannot.
   * Used only when the session is opened.
   */
  rtc?: RtcFactory
}

/** A set of IP addresses, such as `IpRanges` of `@shoal/torrent/ip-filter`. */
export interface AddressFilter {
  has(address: string): boolean
}

export interface SessionOptions {
  /** Download folder. Default: the working directory. */
  directory?: string
  /**
   * Folder for resume data, a few files per torrent; null: none. Default null. Only one session at
   * a time may restore it: `open` of a second one rejects with `in-use`. With `restore: false`,
   * several sessions may use it for their own torrents.
   */
  stateDirectory?: string | null
  /**
   * Keeps resume data elsewhere, for example in a database; excludes `stateDirectory`. The session
   * closes it when it closes.
   */
  resumeStore?: ResumeStore
  /**
   * Add all recorded torrents at the start. If false, a torrent's record is used when it is added.
   * Default true.
   */
  restore?: boolean
  /**
   * TCP, uTP and DHT port: 0 for any free port, null to accept no connections. Default 6881, or a
   * free port if it is taken.
   */
  port?: number | null
  /** Address to accept connections on. Default: all, of both families. */
  host?: string
  dht?: boolean
  /**
   * DHT nodes to join through, `host:port`; null: the well-known ones. Nodes known from an earlier
   * run are queried, too. Default null.
   */
  dhtNodes?: readonly string[] | null
  /**
   * Map the port at routers (PCP, NAT-PMP, UPnP). Mappings are renewed, and removed when the
   * session closes. Never done for a `host` that is loopback. Default false, since it changes
   * settings of routers.
   */
  portMapping?: boolean
  /**
   * Answer STUN Binding requests (RFC 8489) on the UDP port, so that pages and programs which
   * others cannot reach learn their public address. Only if uTP or the DHT use that port. Default
   * true.
   */
  stun?: boolean
  /** Local service discovery (BEP 14). Default true. */
  lsd?: boolean
  /** Peer exchange (BEP 11). Default true. */
  pex?: boolean
  /** Announce to trackers. Default true. */
  trackers?: boolean
  /**
   * WebRTC, which needs trackers with `ws:` or `wss:` URLs for signaling. Loaded with the first
   * announce to such a tracker. `false`: off. Default: on, without STUN or TURN servers.
   */
  webrtc?: boolean | WebrtcOptions
  /**
   * uTP (BEP 29), on the UDP port with the number of the TCP port, unless another program has that.
   * Default true.
   */
  utp?: boolean
  /** Message stream encryption. WebRTC is always encrypted by itself. */
  encryption?: EncryptionPolicy
  limits?: Partial<RateLimits>
  /** Addresses whose peers are neither dialed nor accepted; null for none. Default null. */
  ipFilter?: AddressFilter | null
  /** Whether `ipFilter` applies to trackers, too. Default false. */
  filterTrackers?: boolean
  /** Maximum number of peer connections in total and per torrent. Defaults 500 and 100. */
  maxConnections?: number
  maxConnectionsPerTorrent?: number
  /** Number of peers that one torrent uploads to at a time. Default 8. */
  uploadSlots?: number
  /**
   * Reaches the network through a proxy: `socks5://user:password@host:port` or `http://…`
   * (CONNECT). `prefer`, the default: TCP connections and names go through it, and datagrams if it
   * relays them. `strict`: nothing leaves except through it, and nothing that is sent says who we
   * are; the session then accepts no connections and uses neither local discovery nor WebRTC. Node
   * only.
   */
  proxy?: { readonly url: string; readonly mode?: 'prefer' | 'strict' } | undefined
  /**
   * Reaches the network through one interface only, such as that of a VPN, by its name or one of
   * its addresses: nothing leaves through another, also while it is missing. Names are resolved by
   * `dnsServers` through it (IP literals; default: the system's servers). WebRTC is off. With
   * `proxy`, the proxy is reached through it. Linux with Node only: elsewhere opening a session
   * rejects with `unsupported`.
   */
  interface?: { readonly name: string; readonly dnsServers?: readonly string[] } | undefined
  /**
   * Recognizes other Shoal peers and reports what they do (`sh_peer`). Never on a strict route. In
   * browsers a function that loads it with the first of them, `() =>
   * import('@shoal/torrent/recognition')`: the session then proves a random key that lasts until it
   * closes, confirms what it receives, and prefers no peer. Default: no recognition.
   */
  recognition?: Recognition | LoadRecognition | undefined
  /** Name and version shown to peers. */
  userAgent?: string
}

/** A connection that came from outside the local network. */
export interface Arrival {
  readonly family: 4 | 6
  readonly transport: TransportKind
  /** Address that it came from. */
  readonly host: string
  /** Unix milliseconds. */
  readonly atMs: number
}

export interface SessionStats {
  /** Payload bytes per second of all torrents, averaged over the last few seconds. */
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  /** Number of incoming peer connections. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Number of responsive DHT nodes; null without a DHT. */
  readonly dhtNodes: number | null
  /** Connected peers by transport, and web seeds in use. */
  readonly connections: Readonly<Record<TransportKind | 'webseed', number>>
  /** Number of incoming peer connections. */
  readonly incomingConnections: number
  /** Connections being made. */
  readonly dialling: number
  /** Number of times that `ipFilter` blocked a peer since the session was opened. */
  readonly blockedPeers: number
  /**
   * Whether our port is reachable: a peer from outside the local network has connected since the
   * session was opened.
   */
  readonly isReachable: boolean
  /**
   * The last such connection of each address family and transport. Empty after a change of our
   * port; those of a family are forgotten when its external address changes.
   */
  readonly arrivals: readonly Arrival[]
  /**
   * Our addresses as others see them; null while they are unknown, in browsers, and behind a strict
   * proxy.
   */
  readonly externalAddresses: { readonly ipv4: string | null; readonly ipv6: string | null }
}

/** Options that can be changed while a session is open. Omitted ones stay unchanged. */
export type SessionSettings = Pick<
  SessionOptions,
  | 'directory'
  | 'port'
  | 'dht'
  | 'dhtNodes'
  | 'portMapping'
  | 'stun'
  | 'lsd'
  | 'pex'
  | 'trackers'
  | 'utp'
  | 'webrtc'
  | 'encryption'
  | 'ipFilter'
  | 'filterTrackers'
  | 'maxConnections'
  | 'maxConnectionsPerTorrent'
  | 'uploadSlots'
>

/** The sources that `Session.add` accepts. */
export type TorrentSource =
  /** Magnet link; info hash (hex or base32, v1 or v2); path or HTTP(S) URL of a .torrent. */
  | string
  /** Content of a .torrent. */
  | Uint8Array
  | Metainfo

export interface SessionApi {
  /** Port that accepts connections; 0 if none does. */
  readonly port: number
  readonly torrents: readonly TorrentApi[]
  /** Limitations of the required proxy or interface; null without one. */
  readonly route: Pick<RouteFacts, 'canListen' | 'carriesUdp'> | null
  /**
   * The mappings of our ports at routers; null while `portMapping` is off or no port accepts
   * connections.
   */
  readonly portMapping: PortMappingStatus | null
  /** Takes time proportional to the number of torrents and connections. */
  readonly stats: SessionStats
  /**
   * Adds and starts a torrent, or returns the existing one. Resolves before the metadata is fetched
   * or files are checked.
   */
  add(source: TorrentSource, options?: AddOptions): Promise<TorrentApi>
  /**
   * For a tracker in the same process: whether `answerOffer` would answer this peer (an ID of 20
   * bytes) for the torrent with this 20-byte hash. False for private torrents, which use only their
   * own trackers. While the metadata of a magnet link is unknown, the torrent counts as public.
   */
  wantsOffer(infoHash: Uint8Array, peerId: Uint8Array): boolean
  /**
   * Answers a WebRTC offer (an unmodified SDP) that did not come through a tracker of the torrent.
   * Resolves to null if the peer is not wanted. Never rejects.
   */
  answerOffer(
    infoHash: Uint8Array,
    offer: { readonly id: string; readonly sdp: string },
    peerId: Uint8Array,
  ): Promise<string | null>
  /**
   * Looks up an item in the DHT (BEP 44); null if no node has it. What the DHT returns is
   * verified: it has the key's hash, or its owner's signature. Takes a few seconds. Rejects with
   * `unsupported` while the DHT is off, `unreachable` while it has no nodes, or the signal's
   * reason.
   */
  getItem(key: DhtItemKey, options?: { readonly signal?: AbortSignal }): Promise<DhtItem | null>
  /**
   * Puts an item into the DHT, which forgets it two hours later: put it again once an hour.
   * Resolves to the number of nodes that stored it, at least 1. `cas`: the sequence number of the
   * item that it replaces. Rejects with `bad-argument` if the item or its signature is invalid,
   * `refused` if the DHT has a newer item, `unreachable` if no node stored it, `unsupported` while
   * the DHT is off, or the signal's reason.
   */
  putItem(item: DhtItem, options?: { readonly cas?: bigint; readonly signal?: AbortSignal }): Promise<number>
  /**
   * Rendezvous in the DHT (BEP 5) under 20 bytes that are not a torrent's hash: reports the
   * endpoints announced there, unchecked, and announces `port` (0: only searches). Resolves to the
   * number of nodes that accepted it. Rejects as `getItem` does.
   */
  meetInDht(topic: Uint8Array, meeting: DhtMeeting): Promise<number>
  /**
   * Adds a transport, which then dials and accepts like those that the session was opened with, at
   * the session's port if it can. It comes last in the order of preference. Resolves to a function
   * that removes and closes it; its open connections stay. Rejects with `bad-argument` if the
   * session has a transport of that kind, or with what `listen` of the transport rejects; the
   * transport is then closed.
   */
  addTransport(transport: Transport): Promise<() => Promise<void>>
  /**
   * Sets the rate limits of the entire session or of one class of peers. Applies to open
   * connections, too.
   */
  setLimits(limits: Partial<RateLimits>, peerClass?: PeerClass): void
  /**
   * Changes settings while the session is open. `directory` applies to torrents added later,
   * `encryption`, `utp` and `pex: true` to peers that connect later; everything else applies
   * immediately, `ipFilter` to connected peers, too. If fewer connections are allowed, the least
   * active ones are closed. Rejects with `bad-argument`, or with `refused` if the port is taken;
   * then nothing changes.
   */
  configure(changes: SessionSettings): Promise<void>
  /**
   * Records the progress of all torrents now, as they do by themselves every two seconds. For hosts
   * that may end without `close`, such as pages. Never rejects: failures are reported in the
   * torrent's log and retried.
   */
  record(): Promise<void>
  /**
   * Call this when the machine's network has changed or returned, if the system reports that, as it
   * does to pages. The session then announces to trackers immediately over new connections, and
   * maps its ports again.
   */
  networkChanged(): void
  /**
   * Stops everything, records resume data, and closes every socket, file, timer and worker. Safe to
   * call twice.
   */
  close(): Promise<void>
}
