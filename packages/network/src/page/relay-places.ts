import type { Libp2p, PeerId } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Number of relays to use at a time: one may disconnect. */
const WANTED = 2
const ROUND_MS = 3000
const DIAL_LIMIT_MS = 15_000
/** Delay before a failed node is retried, doubled with each further failure. */
const FIRST_RETRY_MS = 3000
const LONGEST_RETRY_MS = 5 * 60_000
/** Most nodes from links. */
const MAX_NAMED = 20

/** Part of libp2p's circuit transport: the relays where it has a reservation. */
export interface Reservations {
  /** The nodes that are not tried again. */
  relayFilter: { has(peer: Uint8Array): boolean; add(peer: Uint8Array): boolean }
  hasReservation(peer: PeerId): boolean
  reservationCount(): number
  /** Makes a reservation, and renews it before it expires. Rejects if the relay refuses. */
  addRelay(peer: PeerId, type: 'configured'): Promise<unknown>
}

export interface RelayPlacesOptions {
  /**
   * Returns multiaddrs of other known nodes, each with its PeerId, for when the named ones do not
   * suffice.
   */
  readonly nodes: () => Promise<readonly Multiaddr[]>
  /** Called when a reservation was made, with a new relay or with one that had lost it. */
  readonly onReserved: () => void
}

interface Candidate {
  readonly address: Multiaddr
  /**
   * PeerId of a relay that has accepted a reservation. Its listener continues when it does so
   * again.
   */
  peer: PeerId | null
  failures: number
  nextTryMs: number
}

/**
 * Keeps reservations at relays (libp2p/specs, circuit relay v2), so that others can reach a host
 * that accepts no connections: at named nodes, and at other known ones. A lost relay is retried,
 * while another one replaces it. libp2p's own search for relays never returns to one that could not
 * be dialed once, or was not a relay then.
 */
export class RelayPlaces {
  readonly #libp2p: Libp2p
  readonly #transports: TransportManager
  readonly #reservations: Reservations
  readonly #options: RelayPlacesOptions
  readonly #candidates = new Map<string, Candidate>()
  #isRunning = false

  constructor(
    libp2p: Libp2p,
    transports: TransportManager,
    reservations: Reservations,
    options: RelayPlacesOptions,
  ) {
    this.#libp2p = libp2p
    this.#transports = transports
    this.#reservations = reservations
    this.#options = options
    setInterval(() => void this.#look(), ROUND_MS)
  }

  /** Uses a node as relay. `address` ends with its PeerId. */
  add(address: Multiaddr): void {
    if (this.#candidates.size >= MAX_NAMED) return
    const key = address.toString()
    if (this.#candidates.has(key)) return
    this.#candidates.set(key, { address, peer: null, failures: 0, nextTryMs: 0 })
    void this.#look()
  }

  /** One at a time. */
  async #look(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (const candidate of this.#candidates.values()) await this.#try(candidate)
      if (this.#reservations.reservationCount() >= WANTED) return
      for (const address of await this.#options.nodes()) this.add(address)
    } finally {
      this.#isRunning = false
    }
  }

  async #try(candidate: Candidate): Promise<void> {
    const { address, peer, nextTryMs } = candidate
    const store = this.#reservations
    if (store.reservationCount() >= WANTED || Date.now() < nextTryMs) return
    if (peer && store.hasReservation(peer)) return
    try {
      const { remotePeer } = await this.#libp2p.dial(address, { signal: AbortSignal.timeout(DIAL_LIMIT_MS) })
      if (!store.hasReservation(remotePeer)) {
        if (peer) await store.addRelay(peer, 'configured')
        else await this.#transports.listen([address.encapsulate('/p2p-circuit')])
        this.#options.onReserved()
      }
      candidate.peer = remotePeer
      candidate.failures = 0
      candidate.nextTryMs = 0
    } catch {
      candidate.nextTryMs =
        Date.now() + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** candidate.failures++)
    }
  }
}
