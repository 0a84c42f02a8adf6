import { Waiters } from './waiters.ts'

/** Sets, moves or (null) removes the deadline of a piece. */
type ApplyDeadline = (piece: number, dueMs: number | null) => void

/**
 * The pieces that readers wait for, and when each is due: the soonest of what several readers ask. Outlives the transfers that it
 * hurries, so that a reader need not know of checks and pauses.
 */
export class Demand {
  readonly #apply: ApplyDeadline
  readonly #due = new Map<number, Set<{ readonly dueMs: number }>>()
  readonly #waiting = new Map<number, Waiters<void>>()

  constructor(apply: ApplyDeadline) {
    this.#apply = apply
  }

  /** Somebody waits. */
  get isPending(): boolean {
    return this.#due.size > 0
  }

  /** Makes the piece due; calling the result takes that back. */
  hurry(piece: number, dueMs: number): () => void {
    const wish = { dueMs }
    const wishes = this.#due.get(piece) ?? new Set()
    this.#due.set(piece, wishes.add(wish))
    this.#update(piece)
    return () => {
      if (wishes.delete(wish) && this.#due.get(piece) === wishes) this.#update(piece)
    }
  }

  /** Says again what is due: to a transfer that begins, or whose priorities were set anew. */
  applyAll(apply: ApplyDeadline = this.#apply): void {
    for (const piece of this.#due.keys()) apply(piece, this.#soonest(piece))
  }

  wait(piece: number, signal: AbortSignal | undefined): Promise<void> {
    const waiters = this.#waiting.get(piece) ?? new Waiters<void>()
    this.#waiting.set(piece, waiters)
    return waiters.wait(signal)
  }

  /** The piece is here. */
  arrived(piece: number): void {
    this.#due.delete(piece)
    const waiters = this.#waiting.get(piece)
    this.#waiting.delete(piece)
    waiters?.resolve()
  }

  /** A check found out what is here. */
  checked(have: { has(piece: number): boolean }): void {
    for (const piece of new Set([...this.#due.keys(), ...this.#waiting.keys()]))
      if (have.has(piece)) this.arrived(piece)
  }

  /** Whoever waits hears of it. */
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
