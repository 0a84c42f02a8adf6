const BEAT_MS = 30_000

/** A client's connection. */
export interface Line {
  /**
   * Called every 30 seconds: sends a sign of life, and closes the connection of a client that no
   * longer answers.
   */
  beat(): void
  end(): void
}

/** The clients that receive events. */
export class Lines {
  readonly #lines = new Set<Line>()
  readonly #timer = setInterval(() => {
    for (const line of this.#lines) line.beat()
  }, BEAT_MS).unref()

  get size(): number {
    return this.#lines.size
  }

  /** Returns a function that removes the line again. */
  add(line: Line): () => void {
    this.#lines.add(line)
    return () => void this.#lines.delete(line)
  }

  /** Ends the connections of all clients. */
  end(): void {
    for (const line of this.#lines) line.end()
  }

  close(): void {
    clearInterval(this.#timer)
    this.end()
  }
}
