import type { Clock } from '@shoal/torrent'
import { compareDistance, latin1, sharedBits } from '@shoal/torrent/base'
import { type Contact, neighborhoodOf, ownerOf } from './contact.ts'
import { K } from './routing-table.ts'

/** Disjoint paths (S/Kademlia, section 4.4): an attacker must be met on each of them to hide the nodes near a key. */
const PATHS = 3
/** Concurrent queries of each path. */
const PARALLEL = 3
/** After this time another query may run in addition to a pending one. */
const SLOW_MS = 1000
/** After this time a pending query is not waited for: the next nearest node counts instead, unless a response still arrives. */
const LATE_MS = 5000
/** A lookup among a million honest nodes queries about 60. This bounds one that an attacker fills with false nodes. */
const MAX_ASKED = 200
const MAX_CANDIDATES_PER_PATH = 200
/** Nodes of one /24 or /48 that a lookup queries without failing, which bounds what the owner of such a network can say. */
const MAX_NEIGHBORS = 3

/** The response of a node: what it names, and its contact with the address of the connection. */
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
   * Every node that shares this many bits with the target is queried, too, even if 20 others are nearer. Identities can be made until 20 are
   * nearer than any honest node, but the honest nodes of a region cannot be pushed out of it. Default: as many bits as the target has.
   */
  readonly regionBits?: number
  /** Concurrent queries of each path. Default 3. */
  readonly parallel?: number
  /** Receives every response as it arrives. Returns true if the lookup has found enough. */
  onResponse?(response: T): boolean
  readonly signal?: AbortSignal
}

export interface LookupResult<T extends NodeResponse> {
  /** Responses of the 20 nearest nodes and of all in the region, nearest first. */
  readonly closest: readonly T[]
  readonly asked: number
  readonly answered: number
}

interface Candidate<T> {
  readonly contact: Contact
  readonly path: number
  state: 'new' | 'asked' | 'slow' | 'late' | 'answered'
  response?: T
}

/**
 * Finds the nodes closest to a key (libp2p/specs, kad-dht: "Peer routing"): queries nodes, each of which names nearer ones, until the nearest
 * that are known have answered. Three paths share the first nodes and go on with what their own nodes name. Sends at most 200 queries.
 * Rejects only with the signal's reason.
 */
export function lookup<T extends NodeResponse>(options: LookupOptions<T>): Promise<LookupResult<T>> {
  return new Promise((resolve, reject) => new Lookup(options, resolve, reject).begin())
}

class Lookup<T extends NodeResponse> {
  readonly #options: LookupOptions<T>
  readonly #resolve: (result: LookupResult<T>) => void
  readonly #reject: (reason: unknown) => void
  /** Nearest first, without those that failed. A candidate belongs to the path that heard of it first. */
  readonly #candidates: Candidate<T>[] = []
  readonly #perPath = new Array<number>(PATHS).fill(0)
  readonly #busy = new Array<number>(PATHS).fill(0)
  readonly #seen = new Set<string>()
  /** Nodes that were queried and did not fail, by `ownerOf` and `neighborhoodOf`. */
  readonly #owners = new Set<string>()
  readonly #neighbors = new Map<string, number>()
  readonly #timers = new Set<() => void>()
  readonly #abort = new AbortController()
  readonly #onAbort = () => this.#end(() => this.#reject(this.#options.signal?.reason))
  #asked = 0
  #answered = 0
  #ended = false

  constructor(
    options: LookupOptions<T>,
    resolve: (result: LookupResult<T>) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#options = options
    this.#resolve = resolve
    this.#reject = reject
  }

  begin(): void {
    const { signal, start } = this.#options
    if (signal?.aborted) {
      this.#onAbort()
      return
    }
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    for (const [i, contact] of start.entries()) this.#offer(contact, i % PATHS)
    this.#advance()
  }

  #advance(): void {
    if (this.#ended) return
    let open = false
    const { parallel = PARALLEL } = this.#options
    for (const candidate of this.#frontier()) {
      const { state, path } = candidate
      if (state === 'asked' || state === 'slow') open = true
      if (state !== 'new' || this.#asked >= MAX_ASKED) continue
      open = true
      if (this.#busy[path]! < parallel && this.#mayAsk(candidate.contact)) this.#ask(candidate)
    }
    if (!open) this.#finish()
  }

  /**
   * Returns the candidates that decide the lookup: the 20 nearest of all, the nearest of each path, and those in the region. So a path on which
   * an attacker names nearer nodes of its own does not end the others.
   */
  #frontier(): Candidate<T>[] {
    const { target, regionBits = 8 * target.length } = this.#options
    const perPath = new Array<number>(PATHS).fill(0)
    let count = 0
    return this.#candidates.filter(candidate => {
      if (candidate.state === 'late' || (candidate.state === 'new' && !this.#mayAsk(candidate.contact))) {
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

  /** One node per address, and few of a small network. */
  #mayAsk(contact: Contact): boolean {
    const [owner, neighborhood] = [ownerOf(contact), neighborhoodOf(contact)]
    if (owner !== null && this.#owners.has(owner)) return false
    return neighborhood === null || (this.#neighbors.get(neighborhood) ?? 0) < MAX_NEIGHBORS
  }

  #ask(candidate: Candidate<T>): void {
    const { contact, path } = candidate
    candidate.state = 'asked'
    this.#busy[path]!++
    this.#asked++
    this.#occupy(contact, 1)
    const stopWaiting = this.#watch(candidate)
    this.#options.ask(contact, this.#abort.signal).then(
      response => {
        if (this.#ended) return
        stopWaiting()
        this.#take(candidate, response)
        this.#advance()
      },
      () => {
        if (this.#ended) return
        stopWaiting()
        this.#candidates.splice(this.#candidates.indexOf(candidate), 1)
        this.#perPath[path]!--
        this.#occupy(contact, -1)
        this.#advance()
      },
    )
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

  /** Makes a slow query make way for others. Returns a function to call when the query has ended. */
  #watch(candidate: Candidate<T>): () => void {
    const { clock } = this.#options
    let cancel: () => void
    const wait = (delayMs: number, then: () => void) => {
      cancel = clock.after(delayMs, () => {
        this.#timers.delete(cancel)
        then()
        this.#advance()
      })
      this.#timers.add(cancel)
    }
    wait(SLOW_MS, () => {
      candidate.state = 'slow'
      this.#busy[candidate.path]!--
      wait(LATE_MS - SLOW_MS, () => {
        candidate.state = 'late'
      })
    })
    return () => {
      cancel()
      this.#timers.delete(cancel)
      if (candidate.state === 'asked') this.#busy[candidate.path]!--
    }
  }

  #take(candidate: Candidate<T>, response: T): void {
    candidate.state = 'answered'
    candidate.response = response
    this.#answered++
    for (const contact of response.closer) this.#offer(contact, candidate.path)
    if (this.#options.onResponse?.(response)) this.#finish()
  }

  #offer(contact: Contact, path: number): void {
    const { target, ownKey } = this.#options
    const id = latin1(contact.id)
    if (this.#seen.has(id) || compareDistance(target, contact.key, ownKey) === 0) return
    let at = this.#candidates.length
    while (at > 0 && compareDistance(target, contact.key, this.#candidates[at - 1]!.contact.key) < 0) at--
    if (this.#perPath[path]! >= MAX_CANDIDATES_PER_PATH) {
      // The path's farthest candidate makes way, if it is farther than this one and was not queried.
      const last = this.#candidates.findLastIndex(other => other.path === path && other.state === 'new')
      if (last < at) return
      this.#candidates.splice(last, 1)
      this.#perPath[path]!--
    }
    this.#seen.add(id)
    this.#perPath[path]!++
    this.#candidates.splice(at, 0, { contact, path, state: 'new' })
  }

  #finish(): void {
    const closest = this.#frontier().flatMap(({ response }) => (response ? [response] : []))
    const result = { closest, asked: this.#asked, answered: this.#answered }
    this.#end(() => this.#resolve(result))
  }

  #end(settle: () => void): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    for (const cancel of this.#timers) cancel()
    this.#abort.abort()
    settle()
  }
}
