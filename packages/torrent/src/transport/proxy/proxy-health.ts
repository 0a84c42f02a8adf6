import type { Clock } from '../../base/clock.ts'

/** Interval at which a failed proxy is retried. */
const PROBE_MS = 5000

/** Tracks whether a proxy works, and retries it until it does. */
export class ProxyHealth {
  problem: string | null = null
  readonly #clock: Clock
  readonly #probe: () => Promise<unknown>
  readonly #callbacks = new Set<() => void>()
  #cancel = () => {}
  #closed = false

  /** `probe` reports its result itself, and never rejects. */
  constructor(clock: Clock, probe: () => Promise<unknown>) {
    this.#clock = clock
    this.#probe = probe
  }

  onChange(callback: () => void): () => void {
    this.#callbacks.add(callback)
    return () => this.#callbacks.delete(callback)
  }

  /** `problem`: why it failed; null after it worked. */
  report(problem: string | null): void {
    const hasChanged = (problem === null) !== (this.problem === null)
    this.problem = problem
    if (!hasChanged || this.#closed) return
    this.#cancel()
    if (problem !== null) this.#probeLater()
    for (const callback of [...this.#callbacks]) callback()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
  }

  #probeLater(): void {
    this.#cancel = this.#clock.after(PROBE_MS, async () => {
      await this.#probe()
      if (this.problem !== null && !this.#closed) this.#probeLater()
    })
  }
}
