/**
 * Pings of connections in groups: one timer wakes the process for all that are due within the same hundredth of the interval. Engine.IO has two timers for each connection instead, and wakes the process for every
 * ping, which costs several times as much.
 */

const GROUPS = 100

/** A connection as `Pings` sees it. */
export interface Pinged {
  /** Sends a ping. */
  ping(): void
  /** Closes the connection, which did not answer. */
  lost(): void
}

interface Waiting {
  readonly connection: Pinged
  wasHeard: boolean
}

export interface PingedConnection {
  /** Something has come from the other end. */
  heard(): void
  /** Sends no more pings. Idempotent. */
  remove(): void
}

export class Pings {
  readonly #groups: readonly Set<Waiting>[] = Array.from({ length: GROUPS }, () => new Set())
  readonly #timer: NodeJS.Timeout
  /** The group that was pinged last. */
  #last = 0

  /** Each connection is pinged every `intervalMs`, and lost if nothing has come from it since the ping before. */
  constructor(intervalMs: number) {
    this.#timer = setInterval(() => this.#next(), intervalMs / GROUPS).unref()
  }

  add(connection: Pinged): PingedConnection {
    const group = this.#groups[this.#last]!
    const waiting: Waiting = { connection, wasHeard: true }
    group.add(waiting)
    return {
      heard: () => {
        waiting.wasHeard = true
      },
      remove: () => void group.delete(waiting),
    }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const group of this.#groups) group.clear()
  }

  #next(): void {
    this.#last = (this.#last + 1) % GROUPS
    const group = this.#groups[this.#last]!
    for (const waiting of [...group]) {
      if (waiting.wasHeard) {
        waiting.wasHeard = false
        waiting.connection.ping()
      } else {
        group.delete(waiting)
        waiting.connection.lost()
      }
    }
  }
}
