import type { PeerAddress } from '../transport/transport.ts'

/** The contract of trackers, DHT and local service discovery: ways to find peers. */

export type DiscoveryKind = 'tracker' | 'dht' | 'lsd' | 'pex'

/** The properties of a torrent that a discovery may use. */
export interface DiscoveryTopic {
  /**
   * 20 bytes: the v1 info hash, or the first 20 bytes of the v2 info hash (BEP 52). A hybrid
   * torrent joins once for each.
   */
  readonly infoHash: Uint8Array
  /** Our peer ID: 20 bytes. */
  readonly peerId: Uint8Array
  /** Port on which we accept connections; 0 while we accept none. */
  readonly port: number
  /** Returns the current transfer totals in bytes. `left` is null while the metadata is unknown. */
  totals(): { uploaded: number; downloaded: number; left: number | null }
  /**
   * Returns how many more peers the torrent wants now. At 0 it is still announced but requests no
   * peers. A seed wants some too, since it may be unreachable from outside.
   */
  wanted(): number
  /** Returns true for a partial seed (BEP 21): it has all wanted pieces, but not all pieces. */
  paused(): boolean
}

export interface DiscoverySink {
  /** Reports peers, unchecked: they may repeat, may be unreachable and may include ourselves. */
  onPeers(peers: PeerAddress[], kind: DiscoveryKind): void
  /**
   * `Membership.status` has changed in a way that a user may want to see, such as a tracker's
   * warning or failure.
   */
  onStatus(): void
}

/** A torrent's membership in one discovery. */
export interface Membership {
  readonly kind: DiscoveryKind
  /** Call when the torrent becomes complete: trackers receive one `completed`. */
  completed(): void
  /**
   * Searches for peers now, as far as the protocol and the tracker allow it. A user's request may
   * shorten the interval for programs.
   */
  refresh(options?: { readonly byUser?: boolean }): void
  /**
   * Replaces the tiers (BEP 12), for trackers only. Announces `stopped` to removed trackers and
   * nothing to those that remain.
   */
  setTrackers?(tiers: readonly (readonly string[])[]): void
  /** Returns whether every tracker has failed since it last answered. For trackers only. */
  isFailing?(): boolean
  /**
   * Returns the state for display: one entry per tracker, or a single one for other discoveries.
   */
  status(): DiscoveryStatus[]
  /**
   * Leaves, and announces that if the protocol can (event `stopped`), within a few seconds. Never
   * rejects.
   */
  leave(): Promise<void>
}

export interface DiscoveryStatus {
  readonly kind: DiscoveryKind
  /** Tracker URL without credentials and passkeys, or a short name. Safe to log. */
  readonly label: string
  /** The tracker's URL with all its secrets, only for users who may edit it. Never log it. */
  readonly url?: string
  /** For trackers: index of the tier. */
  readonly tier?: number
  readonly state: 'idle' | 'working' | 'ok' | 'failed'
  /** Last failure or warning, for display. */
  readonly message?: string
  /** Number of peers in the last response. */
  readonly peers: number
  /** Last counts from the tracker. */
  readonly seeds?: number
  readonly leeches?: number
  readonly downloads?: number
  /** Monotonic milliseconds of the last response or failure. */
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
