import type { Clock } from '../../base/clock.ts'
import { type Endpoint, ownerKey } from './contact.ts'

const MAX_WAITING = 100
/** Minimum time between two pings of an address. */
const AGAIN_MS = 5 * 60_000
const MAX_REMEMBERED = 1000
/** Time between pings while the table is small, and later. */
const SOON_MS = 100
const LATER_MS = 2000

export interface CandidatesOptions {
  readonly clock: Clock
  readonly isTableSmall: () => boolean
  readonly ping: (endpoint: Endpoint) => void
}

/**
 * Pings nodes that others named or that queried us, since only nodes that answer enter the table.
 * It pings one at a time and slowly: their addresses may be forged, and we must not be used to
 * flood a third party.
 */
export class Candidates {
  readonly #options: CandidatesOptions
  readonly #waiting = new Map<string, Endpoint>()
  /** When each address was last pinged, in order of time. */
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
    const { clock, isTableSmall } = this.#options
    this.#cancel = clock.after(isTableSmall() ? SOON_MS : LATER_MS, () => {
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
