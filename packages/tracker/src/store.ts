/** The contract of a swarm store. The fronts (UDP, HTTP, WebSocket) use it through Tracker. */

/** Address family of a peer. `web`: a number that the WebSocket front assigned. */
export const FAMILY = { ipv4: 0, ipv6: 1, web: 2 } as const
export type Family = (typeof FAMILY)[keyof typeof FAMILY]

/** Numbered as in BEP 15. BEP 21's `paused` counts as none. */
export const EVENT = { none: 0, completed: 1, started: 2, stopped: 3 } as const
export type AnnounceEvent = (typeof EVENT)[keyof typeof EVENT]

/**
 * Bytes per peer in a compact response, by family (BEP 23, BEP 7). A web peer is its number and
 * that of its process.
 */
export const PEER_BYTES = [6, 18, 6] as const

/** Maximum number of peers in one response: 200 IPv6 peers take 3,600 bytes. */
export const MAX_PEERS = 200

/**
 * An announce and its response. One instance is reused, so that an announce allocates nothing. All
 * numbers are signed 32-bit, so that JavaScript engines keep them unboxed; `hash` and `address` are
 * big-endian words.
 */
export class Announce {
  /** The info hash, or the first 20 bytes of a v2 info hash (BEP 52). */
  readonly hash = new Int32Array(5)
  /** One word (IPv4), four words (IPv6), or the number of a web peer. */
  readonly address = new Int32Array(4)
  family: Family = FAMILY.ipv4
  /**
   * 1 to 65535. For a web peer: the number of the process that it is connected to, 0 if there is
   * only one.
   */
  port = 0
  isSeed = false
  event: AnnounceEvent = EVENT.none
  /** Number of peers wanted, 0 to MAX_PEERS. */
  wanted = 0
  /**
   * Scope of the caller, which limits the peers it gets: 0 for this machine (all peers), 1 for a
   * private network (no peers of this machine), 2 for any other (neither peers of this machine nor
   * of a private network). See `scopeOf`.
   */
  scope = 2
  /** The account whose passkey it had, or empty. Only then the next three are set. */
  account = ''
  /** 20 bytes. */
  readonly peerId = new Uint8Array(20)
  /** Bytes since the peer started, as it reports: safe integers from 0. */
  uploadedBytes = 0
  downloadedBytes = 0

  /** Peers in the response, in PEER_BYTES of the family each. */
  readonly peers = new Uint8Array(MAX_PEERS * 18)
  readonly peersView = new DataView(this.peers.buffer)
  peerCount = 0
  /** Counts of the swarm, over all families. */
  seeds = 0
  leeches = 0
  downloads = 0
  /** Time until the next announce. */
  intervalSeconds = 0
  /** Why the announce failed, for display; empty if it succeeded. */
  failure = ''
  /** After a failure: time until the next try (BEP 31); 0 for never. */
  retryInSeconds = 0
}

/**
 * A change of one peer, as another process of the same tracker reports it. One instance is reused,
 * like Announce.
 */
export class PeerChange {
  readonly hash = new Int32Array(5)
  readonly address = new Int32Array(4)
  family: Family = FAMILY.ipv4
  port = 0
  isSeed = false
  /** True if the peer has left. */
  isGone = false
  /** True if this announce completed a download. */
  isCompleted = false
  /** Time since the peer announced. */
  ageSeconds = 0
}

/** Takes the contents of a store, swarm by swarm. */
export interface SwarmSink {
  /** True if the next call should wait for another sink. */
  readonly isFull: boolean
  /** Begins a swarm, whose info hash is at `at`. */
  swarm(words: Int32Array, at: number, downloads: number): void
  /** Adds a peer of the swarm, whose address is at `at`. */
  peer(family: Family, words: Int32Array, at: number, port: number, isSeed: boolean, ageSeconds: number): void
}

/** Counts of one swarm. */
export class SwarmCounts {
  readonly hash = new Int32Array(5)
  seeds = 0
  leeches = 0
  downloads = 0
  /** True if the swarm is known. */
  found = false
  /** Why the scrape failed, as in Announce. */
  failure = ''
  retryInSeconds = 0
}

export interface StoreStats {
  readonly swarms: number
  readonly seeds: number
  readonly leeches: number
  readonly peersByFamily: readonly [ipv4: number, ipv6: number, web: number]
  /** Memory reserved for all swarms. */
  readonly reservedBytes: number
}

/**
 * Stores swarms and their peers. A synchronous store returns nothing, so that an announce creates
 * no promise. An asynchronous one (such as Redis) returns a promise, and the caller must not touch
 * the Announce until it settles. Exceptions and rejections are reported to clients as failures.
 *
 * Seeds get no seeds, and no peer gets its own address. Peers are chosen at random, but are the
 * same for the same caller within some seconds, so that frequent announces reveal no more of a
 * swarm.
 */
export interface SwarmStore {
  /** Records the peer and fills in the response. Sets `failure` if there is no room. */
  announce(announce: Announce): void | Promise<void>
  scrape(counts: SwarmCounts): void | Promise<void>
  /** Removes expired peers. Called every few seconds. */
  sweep(): void | Promise<void>
  stats(): StoreStats | Promise<StoreStats>
  close(): void | Promise<void>
}
