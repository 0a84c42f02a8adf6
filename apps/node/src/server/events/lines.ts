const BEAT_MS = 30_000

/** A client's connection. */
export interface Line {
  /** Every half minute: shows the client that the node is there, and ends the connection of one that is gone. */
  beat(): void
  end(): void
}

/** Those who listen. */
export class Lines {
  /** Each with the secret of the session that opened it; null for the token and a password. */
  readonly #lines = new Map<Line, string | null>()
  readonly #timer = setInterval(() => {
    for (const line of this.#lines.keys()) line.beat()
  }, BEAT_MS).unref()

  get size(): number {
    return this.#lines.size
  }

  /** Returns what forgets it again. */
  add(line: Line, session: string | null): () => void {
    this.#lines.set(line, session)
    return () => void this.#lines.delete(line)
  }

  /** Who has logged out hears nothing more. */
  endSession(session: string): void {
    for (const [line, opener] of this.#lines) if (opener === session) line.end()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const line of this.#lines.keys()) line.end()
  }
}
