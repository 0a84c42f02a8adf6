/** What holds swarms: the contract. Fronts (UDP, HTTP, WebSocket) speak to it through Tracker. */

/** How a peer is reached. `web`: by a number that the WebSocket front gave it. */
export const FAMILY = { ipv4: 0, ipv6: 1, web: 2 } as const
export type Family = (typeof FAMILY)[keyof typeof FAMILY]

/** BEP 15 numbers them so. BEP 21's `paused` counts as none. */
export const EVENT = { none: 0, completed: 1, started: 2, stopped: 3 } as const
export type AnnounceEvent = (typeof EVENT)[keyof typeof EVENT]

/** Bytes of a peer in a compact answer, by family (BEP 23, BEP 7); a web peer is its number. */
export const PEER_BYTES = [6, 18, 4] as const

/** Most peers in one answer: 200 of IPv6 are 3,600 bytes. */
export const MAX_PEERS = 200

/**
 * One announce and its answer. It is made once and used again: nothing is allocated for an announce. All numbers are signed 32-bit, so that
 * the engine keeps them unboxed; `hash` and `address` are big-endian words.
 */
export class Announce {
  /** Five words of info hash; of a v2 hash the first 20 bytes (BEP 52). */
  readonly hash = new Int32Array(5)
  /** One word of IPv4, four of IPv6, or the number of a web peer. */
  readonly address = new Int32Array(4)
  family: Family = FAMILY.ipv4
  /** 1 to 65535; 0 for a web peer. */
  port = 0
  isSeed = false
  event: AnnounceEvent = EVENT.none
  /** Peers wanted, 0 to MAX_PEERS. */
  wanted = 0
  /**
   * What is near may be told to whom: 0 for an asker on this machine, who is told of all; 1 in a private network, who is told of no peer of this
   * machine; 2 from anywhere, who is told of neither. See `scopeOf`.
   */
  scope = 2

  /** Peers of the answer, each as PEER_BYTES of the family says. */
  readonly peers = new Uint8Array(MAX_PEERS * 18)
  readonly peersView = new DataView(this.peers.buffer)
  peerCount = 0
  /** All of the swarm, in every family. */
  seeds = 0
  leeches = 0
  downloads = 0
  /** Until the next announce. */
  intervalSeconds = 0
  /** Why nothing was announced, for people; empty when it was. */
  failure = ''
  /** With a failure: when it makes sense to ask again (BEP 31); 0 for never. */
  retryInSeconds = 0
}

/** Counts of one swarm. */
export class SwarmCounts {
  readonly hash = new Int32Array(5)
  seeds = 0
  leeches = 0
  downloads = 0
  /** Whether the swarm is known. */
  found = false
  /** Why nothing was counted, as in Announce. */
  failure = ''
  retryInSeconds = 0
}

export interface StoreStats {
  readonly swarms: number
  readonly seeds: number
  readonly leeches: number
  /** By family: IPv4, IPv6, web. */
  readonly peersByFamily: readonly [ipv4: number, ipv6: number, web: number]
  /** Bytes reserved for all of it. */
  readonly reservedBytes: number
}

/**
 * Swarms and their peers. What can answer at once returns nothing: no promise is made for an announce in memory. What asks another process
 * (Redis) returns a promise; whoever called leaves the Announce alone until it settles. What throws or rejects is answered as a failure.
 *
 * Seeds are not told of seeds, nobody is told of their own address, and peers are chosen at random, but the same for the same asker within some
 * seconds: asking often tells no more.
 */
export interface SwarmStore {
  /** Records the peer and fills in the answer. Sets `failure` when there is no room. */
  announce(announce: Announce): void | Promise<void>
  scrape(counts: SwarmCounts): void | Promise<void>
  /** Forgets peers that were not heard of. Called every few seconds. */
  sweep(): void | Promise<void>
  stats(): StoreStats | Promise<StoreStats>
  close(): void | Promise<void>
}
