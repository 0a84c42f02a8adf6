import { describeFailure } from '@shoal/daemon/failure'
import type { Log } from './log/log.ts'

/** Current problems by part of the node. `getHealth` lists them. */
export class Problems {
  readonly #log: Log
  readonly #messages = new Map<string, string>()

  constructor(log: Log) {
    this.#log = log
  }

  get messages(): readonly string[] {
    return [...this.#messages.values()]
  }

  /** Null: the problem is solved. */
  set(part: string, message: string | null): void {
    this.#messages.delete(part)
    if (message !== null) this.#messages.set(part, message)
  }

  /** Like `set`, and logs a new problem. */
  tell(part: string, message: string | null): void {
    if (message !== null && this.#messages.get(part) !== message) this.#log.warn(message)
    this.set(part, message)
  }

  /**
   * Runs repeated work. A failure (such as a full disk) is a problem until the work succeeds again,
   * and is logged once.
   */
  guard(part: string, work: () => void): void {
    try {
      work()
      this.#messages.delete(part)
    } catch (error) {
      const message = `cannot update ${part}: ${describeFailure(error).message}`
      if (this.#messages.get(part) !== message) this.#log.error(message)
      this.#messages.set(part, message)
    }
  }
}
