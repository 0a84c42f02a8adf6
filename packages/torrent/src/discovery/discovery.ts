import type { PeerAddress } from '../transport/transport.ts'

/** Where peers come from: the contract of trackers, DHT, local discovery. */

export type DiscoveryKind = 'tracker' | 'dht' | 'lsd' | 'pex'

/** What a discovery may know of a torrent that looks for peers. */
export interface DiscoveryTopic {
  /**
   * 20 bytes: the v1 info hash, or the first 20 bytes of the v2 info hash (BEP 52). A hybrid torrent joins once for each.
   */
  readonly infoHash: Uint8Array
  /** Our peer ID: 20 bytes. */
  readonly peerId: Uint8Array
  /** Port that we accept connections on, 0 while we accept none. */
  readonly port: number
  /** Transfer totals in bytes, at the time of the call. `left` is null while the metadata is unknown. */
  totals(): { uploaded: number; downloaded: number; left: number | null }
  /**
   * How many more peers the torrent wants now; 0 pauses asking but not announcing. A seed wants some too: where it cannot be reached, it has
   * to reach out.
   */
  wanted(): number
  /** Partial seed (BEP 21): has all it wants, but not all. */
  paused(): boolean
}

export interface DiscoverySink {
  /** Peers found, unchecked: may repeat, may be us, may be unreachable. */
  onPeers(peers: PeerAddress[], kind: DiscoveryKind): void
  /** Something a user may want to read: a tracker's warning or failure, with what it concerns. */
  onStatus(): void
}

/** A torrent's stay in one discovery. */
export interface Membership {
  readonly kind: DiscoveryKind
  /** The torrent has become complete: trackers are told once. */
  completed(): void
  /** Looks for peers now, if the other side's rules allow it. */
  refresh(): void
  /** Of trackers only: the torrent has these tiers (BEP 12) from now on. Who stays in is told nothing, who is out is left. */
  setTrackers?(tiers: readonly (readonly string[])[]): void
  /** State for people: one entry a tracker, or one for the whole. */
  status(): DiscoveryStatus[]
  /** Leaves, telling the others where the protocol can (event `stopped`), within a few seconds. Never rejects. */
  leave(): Promise<void>
}

export interface DiscoveryStatus {
  readonly kind: DiscoveryKind
  /** Tracker URL, without credentials or passkeys in what is logged; or a short name. */
  readonly label: string
  /** The tracker's URL with all its secrets: for who may edit it, never for a log. */
  readonly url?: string
  /** Tier, for trackers. */
  readonly tier?: number
  readonly state: 'idle' | 'working' | 'ok' | 'failed'
  /** Last failure or warning, for people. */
  readonly message?: string
  /** Peers received in the last answer. */
  readonly peers: number
  /** As the tracker last counted them. */
  readonly seeds?: number
  readonly leeches?: number
  readonly downloads?: number
  /** Monotonic milliseconds of the last answer, or failure. */
  readonly lastAnnounceMs?: number
  /** Monotonic milliseconds of the next announce. */
  readonly nextAnnounceMs?: number
}

/** Finds peers for any number of torrents. */
export interface Discovery {
  readonly kind: DiscoveryKind
  join(topic: DiscoveryTopic, sink: DiscoverySink): Membership
  /** Leaves everything and closes its sockets and timers. */
  close(): Promise<void>
}
