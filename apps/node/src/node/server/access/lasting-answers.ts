/** Answers that go on for long, events and files: who has logged out gets no more of them. Those of the token and of a password go on. */
export class LastingAnswers {
  readonly #ends = new Map<string, Set<() => void>>()

  /** `session`: see `openingSession`. Returns what forgets it again. */
  add(session: string | null, end: () => void): () => void {
    if (session === null) return () => {}
    const ends = this.#ends.get(session) ?? new Set()
    this.#ends.set(session, ends.add(end))
    return () => {
      ends.delete(end)
      if (ends.size === 0) this.#ends.delete(session)
    }
  }

  endSession(session: string): void {
    for (const end of this.#ends.get(session) ?? []) end()
  }
}
