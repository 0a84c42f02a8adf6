/**
 * Long-running responses (events and files), which end when their session ends. Requests with the
 * token or a password are not affected.
 */
export class LastingAnswers {
  readonly #ends = new Map<number, Set<() => void>>()

  /** `session`: see `Access.sessionOf`. Returns a function that unregisters the response. */
  add(session: number | null, end: () => void): () => void {
    if (session === null) return () => {}
    const ends = this.#ends.get(session) ?? new Set()
    this.#ends.set(session, ends.add(end))
    return () => {
      ends.delete(end)
      if (ends.size === 0) this.#ends.delete(session)
    }
  }

  /** Removes and returns the responses of a session, so that its successor can take them over. */
  take(session: number): ReadonlySet<() => void> {
    const taken = this.#ends.get(session) ?? new Set()
    this.#ends.delete(session)
    return taken
  }

  /** Adds responses that `take` returned. */
  give(session: number, taken: ReadonlySet<() => void>): void {
    if (taken.size > 0) this.#ends.set(session, new Set([...(this.#ends.get(session) ?? []), ...taken]))
  }

  endSession(session: number): void {
    for (const end of this.#ends.get(session) ?? []) end()
  }

  /** Ends the responses of all sessions except these. */
  endOthers(sessions: ReadonlySet<number>): void {
    for (const session of [...this.#ends.keys()]) if (!sessions.has(session)) this.endSession(session)
  }
}
