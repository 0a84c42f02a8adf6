import { Deferred } from './deferred.ts'

/** Sets, moves or (null) removes the deadline of a piece. */
type ApplyDeadline = (piece: number, dueMs: number | null) => void

/**
 * The pieces that readers wait for, and the earliest time at which a reader needs each. Outlives
 * the transfers that it applies to, so that readers need not handle checks and pauses.
 */
export class PieceDeadlines {
  readonly #apply: ApplyDeadline
  readonly #due = new Map<number, Set<{ readonly dueMs: number }>>()
  readonly #waiting = new Map<number, Deferred<void>>()

  constructor(apply: ApplyDeadline) {
    this.#apply = apply
  }

  /** Whether any piece has a deadline. */
  get isPending(): boolean {
    return this.#due.size > 0
  }

  /** Makes the piece due at `dueMs`. Returns a function that removes the deadline. */
  expedite(piece: number, dueMs: number): () => void {
    const wish = { dueMs }
    const wishes = this.#due.get(piece) ?? new Set()
    this.#due.set(piece, wishes.add(wish))
    this.#update(piece)
    return () => {
      if (wishes.delete(wish) && this.#due.get(piece) === wishes) this.#update(piece)
    }
  }

  /** Applies all deadlines again: to a new transfer, or after its priorities were replaced. */
  applyAll(apply: ApplyDeadline = this.#apply): void {
    for (const piece of this.#due.keys()) apply(piece, this.#soonest(piece))
  }

  /**
   * Resolves when the piece arrives. Rejects when the torrent is closed, or with the signal's
   * reason.
   */
  wait(piece: number, signal: AbortSignal | undefined): Promise<void> {
    const waiters = this.#waiting.get(piece) ?? new Deferred<void>()
    this.#waiting.set(piece, waiters)
    return waiters.wait(signal)
  }

  arrived(piece: number): void {
    this.#due.delete(piece)
    const waiters = this.#waiting.get(piece)
    this.#waiting.delete(piece)
    waiters?.resolve()
  }

  /** A check determined which pieces are present. */
  checked(have: { has(piece: number): boolean }): void {
    for (const piece of new Set([...this.#due.keys(), ...this.#waiting.keys()]))
      if (have.has(piece)) this.arrived(piece)
  }

  /** Removes all deadlines and rejects every wait. */
  fail(error: Error): void {
    this.#due.clear()
    for (const waiters of this.#waiting.values()) waiters.reject(error)
    this.#waiting.clear()
  }

  #update(piece: number): void {
    const dueMs = this.#soonest(piece)
    if (dueMs === null) this.#due.delete(piece)
    this.#apply(piece, dueMs)
  }

  #soonest(piece: number): number | null {
    let soonest = Number.POSITIVE_INFINITY
    for (const { dueMs } of this.#due.get(piece) ?? []) soonest = Math.min(soonest, dueMs)
    return soonest === Number.POSITIVE_INFINITY ? null : soonest
  }
}
