/**
 * Group commit: work requested while the disk is busy with the previous commit shares the next
 * transaction, so that a thousand concurrent writers cost one disk flush instead of a thousand.
 */
interface Pending {
  readonly work: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  result?: unknown
}

export interface CommitPlace {
  /**
   * Waits until no other process writes, and begins a transaction that `transaction` ends. If
   * missing, `transaction` begins it at once.
   */
  begin?(): Promise<void>
  /** Runs `work` in one transaction. */
  transaction<T>(work: () => T): T
  /**
   * Runs `work` so that only its changes are rolled back if it throws. Called within a transaction.
   */
  savepoint<T>(work: () => T): T
  /** False once an error has ended the transaction. */
  readonly isTransaction: boolean
  /** Resolves when all commits so far survive a power cut. */
  sync(): Promise<void>
}

export interface CommitLimits {
  /** Most calls per commit. */
  readonly largest: number
  /** Most queued calls. */
  readonly waiting: number
  /** Returns the error for calls that do not fit in the queue. */
  tooMany(): Error
}

export class CommitGroup {
  readonly #place: CommitPlace
  readonly #limits: CommitLimits | null
  #asked: Pending[] = []
  #committed: Pending[] = []
  #running: Promise<void> | null = null

  constructor(place: CommitPlace, limits: CommitLimits | null = null) {
    this.#place = place
    this.#limits = limits
  }

  /** Resolves with the result of `work` once it is durable. Work runs in call order. */
  add<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#limits && this.#asked.length >= this.#limits.waiting) throw this.#limits.tooMany()
      this.#asked.push({ work, resolve: resolve as (value: unknown) => void, reject })
      this.#running ??= this.#run()
    })
  }

  /**
   * Commits all queued work now, followed by `work`, as one. An error of `work` rolls back only its
   * own changes. Not supported with `begin`.
   */
  commitWith<T>(work: () => T): T {
    if (this.#asked.length === 0) return this.#place.transaction(work)
    const failures: unknown[] = []
    const mine: Pending = { work, resolve() {}, reject: error => failures.push(error) }
    this.#asked.push(mine)
    this.#commit(this.#asked.splice(0))
    if (failures.length > 0) throw failures[0]
    return mine.result as T
  }

  /** Resolves when no work is pending. */
  async idle(): Promise<void> {
    await this.#running
  }

  #commit(asked: readonly Pending[]): void {
    if (asked.length === 0) return
    let done: Pending[] = []
    try {
      done = this.#place.transaction(() => this.#workAll(asked))
    } catch (error) {
      for (const each of asked) each.reject(error)
    }
    this.#committed.push(...done)
  }

  /**
   * Returns the calls whose work is done, and rejects the others, unless the whole transaction has
   * failed.
   */
  #workAll(asked: readonly Pending[]): Pending[] {
    const failed: { each: Pending; error: unknown }[] = []
    const done: Pending[] = []
    for (const each of asked)
      try {
        each.result = this.#place.savepoint(each.work)
        done.push(each)
      } catch (error) {
        if (!this.#place.isTransaction) throw error
        failed.push({ each, error })
      }
    for (const { each, error } of failed) each.reject(error)
    return done
  }

  /** Dequeues the work of the next commit. */
  #take(): Pending[] {
    return this.#asked.splice(0, this.#limits?.largest ?? this.#asked.length)
  }

  async #run(): Promise<void> {
    await new Promise(setImmediate)
    while (this.#asked.length > 0 || this.#committed.length > 0) {
      const asked = this.#take()
      // Does not yield in between, so that `commitWith` keeps the order.
      if (!this.#place.begin || asked.length === 0) this.#commit(asked)
      else
        await this.#place.begin().then(
          () => this.#commit(asked),
          error => {
            for (const each of asked) each.reject(error)
          },
        )
      await this.#sync()
    }
    this.#running = null
  }

  async #sync(): Promise<void> {
    const committed = this.#committed
    this.#committed = []
    if (committed.length === 0) return
    await this.#place.sync().then(
      () => {
        for (const each of committed) each.resolve(each.result)
      },
      error => {
        for (const each of committed) each.reject(error)
      },
    )
  }
}
