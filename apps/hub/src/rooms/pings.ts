/**
 * Pings connections in groups: one timer wakes the process for all that are due within the same
 * hundredth of the interval. Engine.IO instead has two timers per connection and wakes the process
 * for each ping, which costs several times as much.
 */

const GROUPS = 100

/** A connection as seen by `Pings`. */
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
  /** Call when a message has arrived from the other end. */
  heard(): void
  /** Stops pinging. Idempotent. */
  remove(): void
}

export class Pings {
  readonly #groups: readonly Set<Waiting>[] = Array.from({ length: GROUPS }, () => new Set())
  readonly #timer: NodeJS.Timeout
  /** The group pinged last. */
  #last = 0

  /**
   * Each connection is pinged every `intervalMs`, and is lost if it has sent nothing since the
   * previous ping.
   */
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
