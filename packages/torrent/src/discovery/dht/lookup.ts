import { equalBytes, hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { isLocalIp } from '../../base/local-address.ts'
import { compareDistance } from '../../base/xor-distance.ts'
import { type Contact, isVerified, ownerKey } from './contact.ts'
import type { NodeResponse } from './response.ts'

/** BEP 5: K. */
const CLOSEST = 8
/** Kademlia's alpha. */
const PARALLEL = 4
/** After this time another query may run in addition to a pending one. */
const SLOW_MS = 1000
/** After this time a pending query is no longer waited for: the next nearest node counts instead, unless a response still arrives. */
const LATE_MS = 2000
/** A lookup in a network of ten million nodes queries 20 to 60. This bounds a lookup that an attacker fills with fake nodes. */
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

export interface LookupResult {
  /**
   * Responses of the closest nodes, nearest first: the eight closest whose address allows their ID, and at most eight others that are as near
   * (BEP 42, "Enforcement").
   */
  readonly closest: readonly NodeResponse[]
  readonly asked: number
  readonly answered: number
}

interface Candidate {
  readonly contact: Contact
  readonly verified: boolean
  state: 'new' | 'asked' | 'slow' | 'late' | 'answered'
  answer?: NodeResponse
}

/**
 * Finds the nodes closest to a target (BEP 5): queries nodes, each of which names nearer ones, until the closest known nodes have all
 * answered. Sends at most 160 queries. Rejects only with the signal's reason.
 */
export function lookup(options: LookupOptions): Promise<LookupResult> {
  return new Promise((resolve, reject) => new Lookup(options, resolve, reject).begin())
}

class Lookup {
  readonly #options: LookupOptions
  readonly #resolve: (result: LookupResult) => void
  readonly #reject: (reason: unknown) => void
  /** Nearest first, without those that failed. */
  readonly #candidates: Candidate[] = []
  /** IDs and addresses of all past candidates, which are not added again. */
  readonly #seen = new Set<string>()
  readonly #timers = new Set<() => void>()
  readonly #onAbort = () => this.#end(() => this.#reject(this.#options.signal?.reason))
  #busy = 0
  #asked = 0
  #answered = 0
  #ended = false

  constructor(
    options: LookupOptions,
    resolve: (result: LookupResult) => void,
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
    for (const contact of start) this.#offer(contact)
    this.#advance()
  }

  #advance(): void {
    if (this.#ended) return
    const frontier = this.#frontier()
    for (const candidate of frontier) {
      if (candidate.state !== 'new') continue
      if (this.#asked >= MAX_ASKED) break
      if (this.#busy >= (this.#options.parallel ?? PARALLEL)) return
      this.#ask(candidate)
    }
    const open = frontier.some(({ state }) => state === 'asked' || state === 'slow')
    if (!open) this.#finish()
  }

  /**
   * Returns the candidates that decide the lookup: the eight closest verified ones, and at most eight unverified ones that are nearer than the
   * last of those. So nodes that chose their ID freely can neither end a lookup nor crowd out others (BEP 42).
   */
  #frontier(): Candidate[] {
    const frontier: Candidate[] = []
    let verified = 0
    let others = 0
    for (const candidate of this.#candidates) {
      if (candidate.state === 'late') continue
      if (candidate.verified ? ++verified <= CLOSEST : ++others <= CLOSEST) frontier.push(candidate)
      if (verified >= CLOSEST) break
    }
    return frontier
  }

  #ask(candidate: Candidate): void {
    const { ask } = this.#options
    candidate.state = 'asked'
    this.#busy++
    this.#asked++
    const stopWaiting = this.#watch(candidate)
    ask(candidate.contact).then(
      answer => {
        if (this.#ended) return
        stopWaiting()
        this.#take(candidate, answer)
        this.#advance()
      },
      () => {
        if (this.#ended) return
        stopWaiting()
        this.#drop(candidate)
        this.#advance()
      },
    )
  }

  /** Makes a slow query make way for others. Returns a function to call when the query has ended. */
  #watch(candidate: Candidate): () => void {
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
      this.#busy--
      wait(LATE_MS - SLOW_MS, () => {
        candidate.state = 'late'
      })
    })
    return () => {
      cancel()
      this.#timers.delete(cancel)
      if (candidate.state === 'asked') this.#busy--
    }
  }

  #take(candidate: Candidate, answer: NodeResponse): void {
    // Another node than expected: it may be anywhere in the ID space, so it proves nothing about this target.
    if (!equalBytes(candidate.contact.id, answer.from.id)) {
      this.#drop(candidate)
      return
    }
    candidate.state = 'answered'
    candidate.answer = answer
    this.#answered++
    this.#options.onAnswer?.(answer)
    const fromLocal = isLocalIp(answer.from.ip)
    const named = this.#options.family === 4 ? answer.nodes : answer.nodes6
    for (const contact of named.slice(0, MAX_FROM_ANSWER)) {
      // Nodes outside must not make us send datagrams into the local network.
      if (fromLocal || !isLocalIp(contact.ip)) this.#offer(contact)
    }
  }

  #offer(contact: Contact): void {
    const { target, ownId } = this.#options
    const id = hex(contact.id)
    const owner = ownerKey(contact)
    if (this.#seen.has(id) || this.#seen.has(owner) || id === hex(ownId)) return
    const before = this.#candidates.findIndex(
      other => compareDistance(target, contact.id, other.contact.id) < 0,
    )
    const at = before < 0 ? this.#candidates.length : before
    if (at >= MAX_CANDIDATES) return
    this.#seen.add(id).add(owner)
    this.#candidates.splice(at, 0, { contact, verified: isVerified(contact), state: 'new' })
    // Only a candidate that was not queried yet may be dropped.
    if (this.#candidates.length > MAX_CANDIDATES && this.#candidates.at(-1)!.state === 'new') {
      this.#candidates.pop()
    }
  }

  #drop(candidate: Candidate): void {
    const at = this.#candidates.indexOf(candidate)
    if (at >= 0) this.#candidates.splice(at, 1)
  }

  #finish(): void {
    const closest = this.#frontier().flatMap(({ answer }) => (answer ? [answer] : []))
    const result = { closest, asked: this.#asked, answered: this.#answered }
    this.#end(() => this.#resolve(result))
  }

  #end(settle: () => void): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    for (const cancel of this.#timers) cancel()
    settle()
  }
}
