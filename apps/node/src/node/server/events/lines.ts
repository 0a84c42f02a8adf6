const BEAT_MS = 30_000

/** A client's connection. */
export interface Line {
  /** Every half minute: shows the client that the node is there, and ends the connection of one that is gone. */
  beat(): void
  end(): void
}

/** Those who listen. */
export class Lines {
  readonly #lines = new Set<Line>()
  readonly #timer = setInterval(() => {
    for (const line of this.#lines) line.beat()
  }, BEAT_MS).unref()

  get size(): number {
    return this.#lines.size
  }

  /** Returns what forgets it again. */
  add(line: Line): () => void {
    this.#lines.add(line)
    return () => void this.#lines.delete(line)
  }

  close(): void {
    clearInterval(this.#timer)
    for (const line of this.#lines) line.end()
  }
}
