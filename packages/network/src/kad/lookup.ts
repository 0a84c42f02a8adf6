import type { Clock } from '@shoal/torrent'
import {
  compareDistance,
  KademliaLookup,
  type LookupCandidate,
  type LookupResult,
  latin1,
  sharedBits,
} from '@shoal/torrent/base'
import { type Contact, neighborhoodOf, ownerOf } from './contact.ts'
import { K } from './routing-table.ts'

export type { LookupResult }

/**
 * Disjoint paths (S/Kademlia, section 4.4): an attacker has to be on each of them to hide the nodes
 * near a key.
 */
const PATHS = 3
/** Concurrent queries per path. */
const PARALLEL = 3
const SLOW_MS = 1000
const LATE_MS = 5000
/**
 * Most queries of a lookup. Among a million honest nodes it needs about 60; this bounds one that an
 * attacker feeds with false nodes.
 */
const MAX_ASKED = 200
const MAX_CANDIDATES_PER_PATH = 200
/**
 * Nodes per /24 or /48 that a lookup queries successfully, which bounds the influence of such a
 * network's owner.
 */
const MAX_NEIGHBORS = 3

/** Response of a node: the nodes it names, and its contact with the connection's address. */
export interface NodeResponse {
  readonly from: Contact
  readonly closer: readonly Contact[]
}

export interface LookupOptions<T extends NodeResponse> {
  /** 32 bytes. */
  readonly target: Uint8Array
  /** Our own key, which is never queried. */
  readonly ownKey: Uint8Array
  readonly clock: Clock
  /** The first nodes to query. */
  readonly start: readonly Contact[]
  /** Queries one node; rejects if it does not answer. */
  ask(contact: Contact, signal: AbortSignal): Promise<T>
  /**
   * Nodes that share this many bits with the target are queried even if 20 others are nearer.
   * Identities can be generated until 20 are nearer than any honest node, but the honest nodes of a
   * region cannot be displaced from it. Default: as many bits as the target has.
   */
  readonly regionBits?: number
  /** Concurrent queries per path. Default 3. */
  readonly parallel?: number
  /** Receives every response as it arrives. Returns whether the lookup has found enough. */
  onResponse?(response: T): boolean
  readonly signal?: AbortSignal
}

/**
 * Finds the nodes closest to a key (libp2p/specs, kad-dht: "Peer routing"): queries nodes, each of
 * which names nearer ones, until the 20 nearest known ones and all in the region have answered.
 * Three paths share the first nodes, and then each follows the nodes named on it. Sends at most 200
 * queries. Rejects only with the signal's reason.
 */
export function lookup<T extends NodeResponse>(options: LookupOptions<T>): Promise<LookupResult<T>> {
  return new Lookup(options).run()
}

class Lookup<T extends NodeResponse> extends KademliaLookup<Contact, T> {
  readonly #options: LookupOptions<T>
  readonly #perPath = new Array<number>(PATHS).fill(0)
  readonly #seen = new Set<string>()
  /** Nodes queried without a failure, by `ownerOf` and `neighborhoodOf`. */
  readonly #owners = new Set<string>()
  readonly #neighbors = new Map<string, number>()

  constructor(options: LookupOptions<T>) {
    super({ parallel: PARALLEL, slowMs: SLOW_MS, lateMs: LATE_MS, maxAsked: MAX_ASKED, ...options })
    this.#options = options
    for (const [i, contact] of options.start.entries()) this.#offer(contact, i % PATHS)
  }

  /**
   * Returns the candidates that decide the lookup: the 20 nearest overall, the nearest of each
   * path, and those in the region. So a path on which an attacker names nearer nodes of its own
   * does not end the others.
   */
  protected override frontier(): LookupCandidate<Contact, T>[] {
    const { target, regionBits = 8 * target.length } = this.#options
    const perPath = new Array<number>(PATHS).fill(0)
    let count = 0
    return this.candidates.filter(candidate => {
      if (candidate.state === 'late' || (candidate.state === 'new' && !this.mayAsk(candidate.contact))) {
        return false
      }
      const inPath = ++perPath[candidate.path]!
      return (
        ++count <= K ||
        inPath <= Math.ceil(K / PATHS) ||
        sharedBits(target, candidate.contact.key) >= regionBits
      )
    })
  }

  /** One node per address, and few per small network. */
  protected override mayAsk(contact: Contact): boolean {
    const [owner, neighborhood] = [ownerOf(contact), neighborhoodOf(contact)]
    if (owner !== null && this.#owners.has(owner)) return false
    return neighborhood === null || (this.#neighbors.get(neighborhood) ?? 0) < MAX_NEIGHBORS
  }

  protected override asking({ contact }: LookupCandidate<Contact, T>): void {
    this.#occupy(contact, 1)
  }

  protected override dropped({ contact, path }: LookupCandidate<Contact, T>): void {
    this.#perPath[path]!--
    this.#occupy(contact, -1)
  }

  protected override take({ path }: LookupCandidate<Contact, T>, response: T): boolean {
    for (const contact of response.closer) this.#offer(contact, path)
    return this.#options.onResponse?.(response) ?? false
  }

  #occupy(contact: Contact, change: 1 | -1): void {
    const [owner, neighborhood] = [ownerOf(contact), neighborhoodOf(contact)]
    if (owner !== null) {
      if (change > 0) this.#owners.add(owner)
      else this.#owners.delete(owner)
    }
    if (neighborhood !== null) {
      this.#neighbors.set(neighborhood, (this.#neighbors.get(neighborhood) ?? 0) + change)
    }
  }

  #offer(contact: Contact, path: number): void {
    const { target, ownKey } = this.#options
    const id = latin1(contact.id)
    if (this.#seen.has(id) || compareDistance(target, contact.key, ownKey) === 0) return
    let at = this.candidates.length
    while (at > 0 && compareDistance(target, contact.key, this.candidates[at - 1]!.contact.key) < 0) at--
    if (this.#perPath[path]! >= MAX_CANDIDATES_PER_PATH) {
      // Evicts the path's farthest candidate if it is farther than this one and has not been
      // queried.
      const last = this.candidates.findLastIndex(other => other.path === path && other.state === 'new')
      if (last < at) return
      this.candidates.splice(last, 1)
      this.#perPath[path]!--
    }
    this.#seen.add(id)
    this.#perPath[path]!++
    this.candidates.splice(at, 0, { contact, path, state: 'new' })
  }
}
