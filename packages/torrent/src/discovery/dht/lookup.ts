import { equalBytes, hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { isLocalIp } from '../../base/local-address.ts'
import type { Answer } from './answer.ts'
import { type Contact, isVerified, ownerKey } from './contact.ts'
import { compareDistance } from './node-id.ts'

/** BEP 5: K. */
const CLOSEST = 8
/** Kademlia's alpha. */
const PARALLEL = 4
/** A query older than this gives its place to another. */
const SLOW_MS = 1000
/** One older than this is no longer waited for: the next nearest node counts instead, unless the answer comes before the end. */
const LATE_MS = 2000
/** A lookup in a network of ten million nodes asks 20 to 60. Whoever fills it with nodes that are not there ends it here. */
const MAX_ASKED = 160
const MAX_CANDIDATES = 200
/** Contacts taken from one answer: K, and some grace. */
const MAX_FROM_ANSWER = 16

export interface LookupOptions {
  /** 20 bytes. */
  readonly target: Uint8Array
  /** Our own ID: never asked. */
  readonly ownId: Uint8Array
  readonly family: 4 | 6
  readonly clock: Clock
  /** Where to begin. */
  readonly start: readonly Contact[]
  /** Asks one node; rejects when it does not answer. */
  ask(contact: Contact): Promise<Answer>
  /** Sees every answer as it comes. */
  onAnswer?(answer: Answer): void
  readonly signal?: AbortSignal
  /** Queries under way at once. Default 4. */
  readonly parallel?: number
}

export interface LookupResult {
  /**
   * Answers of the closest nodes, nearest first: the eight closest whose ID their address allows, and of others those as near, at most
   * eight too (BEP 42, "Enforcement").
   */
  readonly closest: readonly Answer[]
  readonly asked: number
  readonly answered: number
}

interface Candidate {
  readonly contact: Contact
  readonly verified: boolean
  state: 'new' | 'asked' | 'slow' | 'late' | 'answered'
  answer?: Answer
}

/**
 * Walks towards the nodes closest to a target, each answer naming nearer ones (BEP 5), until the closest known have all answered.
 * Rejects only with the signal's reason. Bounded: 160 queries.
 */
export function lookup(options: LookupOptions): Promise<LookupResult> {
  return new Promise((resolve, reject) => new Lookup(options, resolve, reject).begin())
}

class Lookup {
  readonly #options: LookupOptions
  readonly #resolve: (result: LookupResult) => void
  readonly #reject: (reason: unknown) => void
  /** Nearest first. Those that failed are taken out. */
  readonly #candidates: Candidate[] = []
  /** IDs and addresses that were candidates once: neither comes again. */
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
   * Whom the lookup is about: the eight closest verified candidates, and the unverified ones that are nearer than the last of those,
   * at most eight. Nodes that chose their ID freely can so neither end a lookup nor crowd others out (BEP 42).
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

  /** Lets a query that takes long hold nobody up. Call the result when it has ended. */
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

  #take(candidate: Candidate, answer: Answer): void {
    // Somebody else than who was announced: it may be anywhere in the space, so it proves nothing about this target.
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
      // Nobody out there may make us send datagrams into the local network.
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
    // Only an unasked candidate may be pushed out: the others still have business here.
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

  #end(tell: () => void): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    for (const cancel of this.#timers) cancel()
    tell()
  }
}
