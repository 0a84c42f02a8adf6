import type { Clock } from '../../base/clock.ts'
import { type Endpoint, ownerKey } from './contact.ts'

const MAX_WAITING = 100
/** An address is pinged once in this time at most, whatever is said of it. */
const AGAIN_MS = 5 * 60_000
const MAX_REMEMBERED = 1000
/** While the table is small, newcomers are worth haste; later, they wait. */
const SOON_MS = 100
const LATER_MS = 2000

export interface CandidatesOptions {
  readonly clock: Clock
  /** The table has few nodes. */
  readonly hurried: () => boolean
  readonly ping: (endpoint: Endpoint) => void
}

/**
 * Nodes that others named or that asked us, waiting for a ping: only who answers enters the table. One at a time and slowly, since
 * their addresses may be forged: somebody who is not there would otherwise be hit by our pings.
 */
export class Candidates {
  readonly #options: CandidatesOptions
  readonly #waiting = new Map<string, Endpoint>()
  /** When an address was pinged last; the latest last. */
  readonly #pingedMs = new Map<string, number>()
  #cancel: (() => void) | undefined

  constructor(options: CandidatesOptions) {
    this.#options = options
  }

  add(endpoint: Endpoint): void {
    const key = ownerKey(endpoint)
    const lastMs = this.#pingedMs.get(key) ?? -Infinity
    if (this.#waiting.size >= MAX_WAITING || this.#options.clock.nowMs() - lastMs < AGAIN_MS) return
    this.#waiting.set(key, endpoint)
    this.#schedule()
  }

  close(): void {
    this.#waiting.clear()
    this.#cancel?.()
  }

  #schedule(): void {
    if (this.#cancel || this.#waiting.size === 0) return
    const { clock, hurried } = this.#options
    this.#cancel = clock.after(hurried() ? SOON_MS : LATER_MS, () => {
      this.#cancel = undefined
      this.#pingOne()
      this.#schedule()
    })
  }

  #pingOne(): void {
    const { clock, ping } = this.#options
    const [key, endpoint] = this.#waiting.entries().next().value!
    this.#waiting.delete(key)
    this.#pingedMs.delete(key)
    this.#pingedMs.set(key, clock.nowMs())
    if (this.#pingedMs.size > MAX_REMEMBERED) this.#pingedMs.delete(this.#pingedMs.keys().next().value!)
    ping(endpoint)
  }
}
