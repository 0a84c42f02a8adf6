import { equalBytes, hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import {
  KademliaLookup,
  type LookupCandidate,
  type LookupResult as ResultOf,
} from '../../base/kademlia-lookup.ts'
import { isLocalIp } from '../../base/local-address.ts'
import { compareDistance } from '../../base/xor-distance.ts'
import { type Contact, isVerified, ownerKey } from './contact.ts'
import type { NodeResponse } from './response.ts'

/** BEP 5: K. */
const CLOSEST = 8
/** Kademlia's alpha. */
const PARALLEL = 4
const SLOW_MS = 1000
const LATE_MS = 2000
/**
 * A lookup in a network of ten million nodes queries 20 to 60. This bounds a lookup that an
 * attacker fills with fake nodes.
 */
const MAX_ASKED = 160
const MAX_CANDIDATES = 200
/** Contacts taken from one response: more than K, to be lenient. */
const MAX_FROM_ANSWER = 16

export interface LookupOptions {
  /** 20 bytes. */
  readonly target: Uint8Array
  /** Our own ID, which is never queried. */
  readonly ownId: Uint8Array
  readonly family: 4 | 6
  readonly clock: Clock
  /** The first nodes to query. */
  readonly start: readonly Contact[]
  /** Queries one node; rejects if it does not answer. */
  ask(contact: Contact): Promise<NodeResponse>
  /** Receives every response as it arrives. */
  onAnswer?(answer: NodeResponse): void
  readonly signal?: AbortSignal
  /** Concurrent queries. Default 4. */
  readonly parallel?: number
}

/**
 * Responses of the eight closest nodes whose address allows their ID, and of at most eight others
 * that are as near (BEP 42, "Enforcement").
 */
export type LookupResult = ResultOf<NodeResponse>

interface Candidate extends LookupCandidate<Contact, NodeResponse> {
  readonly verified: boolean
}

/**
 * Finds the nodes closest to a target (BEP 5): queries nodes, each of which names nearer ones,
 * until the closest known nodes have all answered. Sends at most 160 queries. Rejects only with the
 * signal's reason.
 */
export function lookup(options: LookupOptions): Promise<LookupResult> {
  return new Lookup(options).run()
}

class Lookup extends KademliaLookup<Contact, NodeResponse, Candidate> {
  readonly #options: LookupOptions
  /** IDs and addresses of all past candidates, which are not added again. */
  readonly #seen = new Set<string>()

  constructor(options: LookupOptions) {
    const ask = async (contact: Contact) => {
      const answer = await options.ask(contact)
      // A response with another node ID may be from anywhere in the ID space, so it proves nothing
      // about this target.
      if (!equalBytes(contact.id, answer.from.id)) throw new Error('Another node answered')
      return answer
    }
    super({ parallel: PARALLEL, slowMs: SLOW_MS, lateMs: LATE_MS, maxAsked: MAX_ASKED, ...options, ask })
    this.#options = options
    for (const contact of options.start) this.#offer(contact)
  }

  /**
   * Returns the candidates that decide the lookup: the eight closest verified ones, and at most
   * eight unverified ones that are nearer than the last of those. So nodes that chose their ID
   * freely can neither end a lookup nor crowd out others (BEP 42).
   */
  protected override frontier(): Candidate[] {
    const frontier: Candidate[] = []
    let verified = 0
    let others = 0
    for (const candidate of this.candidates) {
      if (candidate.state === 'late') continue
      if (candidate.verified ? ++verified <= CLOSEST : ++others <= CLOSEST) frontier.push(candidate)
      if (verified >= CLOSEST) break
    }
    return frontier
  }

  protected override take(_candidate: Candidate, answer: NodeResponse): boolean {
    this.#options.onAnswer?.(answer)
    const fromLocal = isLocalIp(answer.from.ip)
    const named = this.#options.family === 4 ? answer.nodes : answer.nodes6
    for (const contact of named.slice(0, MAX_FROM_ANSWER)) {
      // Nodes outside must not make us send datagrams into the local network.
      if (fromLocal || !isLocalIp(contact.ip)) this.#offer(contact)
    }
    return false
  }

  #offer(contact: Contact): void {
    const { target, ownId } = this.#options
    const id = hex(contact.id)
    const owner = ownerKey(contact)
    if (this.#seen.has(id) || this.#seen.has(owner) || id === hex(ownId)) return
    const before = this.candidates.findIndex(
      other => compareDistance(target, contact.id, other.contact.id) < 0,
    )
    const at = before < 0 ? this.candidates.length : before
    if (at >= MAX_CANDIDATES) return
    this.#seen.add(id).add(owner)
    this.candidates.splice(at, 0, { contact, path: 0, verified: isVerified(contact), state: 'new' })
    // Only a candidate that was not queried yet may be dropped.
    if (this.candidates.length > MAX_CANDIDATES && this.candidates.at(-1)!.state === 'new') {
      this.candidates.pop()
    }
  }
}
