import type { Clock } from './clock.ts'

export interface LookupCandidate<Contact, Answer> {
  readonly contact: Contact
  /** Queries are counted per path. */
  readonly path: number
  state: 'new' | 'asked' | 'slow' | 'late' | 'answered'
  answer?: Answer
}

export interface LookupRules<Contact, Answer> {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Concurrent queries of each path. */
  readonly parallel: number
  /** After this time another query may run in addition to a pending one. */
  readonly slowMs: number
  /**
   * After this time a pending query no longer blocks the lookup: the next nearest node counts
   * instead, unless a response still arrives.
   */
  readonly lateMs: number
  /** Bounds a lookup that an attacker fills with fake nodes. */
  readonly maxAsked: number
  /** Queries one node; rejects if it does not answer. */
  ask(contact: Contact, signal: AbortSignal): Promise<Answer>
}

export interface LookupResult<Answer> {
  /** Responses of the nodes that decided the lookup, nearest first. */
  readonly closest: readonly Answer[]
  readonly asked: number
  readonly answered: number
}

/**
 * Queries nodes, each of which names nearer ones, until those that decide the lookup have answered.
 */
export abstract class KademliaLookup<
  Contact,
  Answer,
  Candidate extends LookupCandidate<Contact, Answer> = LookupCandidate<Contact, Answer>,
> {
  /** Nearest first, without those that failed. */
  protected readonly candidates: Candidate[] = []
  readonly #rules: LookupRules<Contact, Answer>
  readonly #busy: number[] = []
  readonly #timers = new Set<() => void>()
  readonly #abort = new AbortController()
  readonly #result = Promise.withResolvers<LookupResult<Answer>>()
  readonly #onAbort = () => this.#end(() => this.#result.reject(this.#rules.signal?.reason))
  #asked = 0
  #answered = 0
  #ended = false

  constructor(rules: LookupRules<Contact, Answer>) {
    this.#rules = rules
  }

  /** Rejects only with the signal's reason. */
  run(): Promise<LookupResult<Answer>> {
    const { signal } = this.#rules
    if (signal?.aborted) this.#onAbort()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.#advance()
    return this.#result.promise
  }

  /** Returns the candidates that decide the lookup. */
  protected abstract frontier(): readonly Candidate[]

  /** Receives each response. Returns true if the lookup has found enough. */
  protected abstract take(candidate: Candidate, answer: Answer): boolean

  protected mayAsk(_contact: Contact): boolean {
    return true
  }

  /** A node is queried. */
  protected asking(_candidate: Candidate): void {}

  /** A node has failed and is no longer a candidate. */
  protected dropped(_candidate: Candidate): void {}

  #advance(): void {
    if (this.#ended) return
    const { parallel, maxAsked } = this.#rules
    let open = false
    for (const candidate of this.frontier()) {
      const { state, path } = candidate
      if (state === 'asked' || state === 'slow') open = true
      if (state !== 'new' || this.#asked >= maxAsked) continue
      open = true
      if ((this.#busy[path] ?? 0) < parallel && this.mayAsk(candidate.contact)) this.#ask(candidate)
    }
    if (!open) this.#finish()
  }

  #ask(candidate: Candidate): void {
    candidate.state = 'asked'
    this.#count(candidate, 1)
    this.#asked++
    this.asking(candidate)
    const stopWaiting = this.#watch(candidate)
    const ended = (then: () => void) => {
      if (this.#ended) return
      stopWaiting()
      then()
      this.#advance()
    }
    this.#rules.ask(candidate.contact, this.#abort.signal).then(
      answer => ended(() => this.#take(candidate, answer)),
      () => ended(() => this.#drop(candidate)),
    )
  }

  #count({ path }: Candidate, change: number): void {
    this.#busy[path] = (this.#busy[path] ?? 0) + change
  }

  /**
   * Lets other queries run alongside a slow one. Returns a function to call when the query has
   * ended.
   */
  #watch(candidate: Candidate): () => void {
    const { clock, slowMs, lateMs } = this.#rules
    let cancel: () => void
    const wait = (delayMs: number, then: () => void) => {
      cancel = clock.after(delayMs, () => {
        this.#timers.delete(cancel)
        then()
        this.#advance()
      })
      this.#timers.add(cancel)
    }
    wait(slowMs, () => {
      candidate.state = 'slow'
      this.#count(candidate, -1)
      wait(lateMs - slowMs, () => {
        candidate.state = 'late'
      })
    })
    return () => {
      cancel()
      this.#timers.delete(cancel)
      if (candidate.state === 'asked') this.#count(candidate, -1)
    }
  }

  #take(candidate: Candidate, answer: Answer): void {
    candidate.state = 'answered'
    candidate.answer = answer
    this.#answered++
    if (this.take(candidate, answer)) this.#finish()
  }

  #drop(candidate: Candidate): void {
    const at = this.candidates.indexOf(candidate)
    if (at >= 0) this.candidates.splice(at, 1)
    this.dropped(candidate)
  }

  #finish(): void {
    const closest = this.frontier().flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
    this.#end(() => this.#result.resolve({ closest, asked: this.#asked, answered: this.#answered }))
  }

  #end(settle: () => void): void {
    if (this.#ended) return
    this.#ended = true
    this.#rules.signal?.removeEventListener('abort', this.#onAbort)
    for (const cancel of this.#timers) cancel()
    this.#abort.abort()
    settle()
  }
}
