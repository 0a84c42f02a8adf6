/** Decides which rows of a search get their seeds counted, and how long to wait for the counts. */
import type { Clock, InfoHashes } from '@shoal/torrent'
import type { Probes } from './probes.ts'

/** Number of top rows whose seeds are counted without a request: about one screen. */
export const COUNTED_ROWS = 20
/** Time for counting after all rows have arrived. Later counts are shown, but not awaited. */
export const COUNT_MS = 8000

/** A row of the network, by its content ID. */
export interface Countable {
  readonly id: string
  readonly infoHashes: InfoHashes
}

export interface SeedCountsOptions {
  readonly clock: Clock
  readonly probes: Pick<Probes, 'count'>
  /** Returns whether this node is a seed. */
  isSeed(infoHashes: InfoHashes): boolean
  /** Called when a count has arrived or timed out. */
  onChanged(): void
  /** Aborts all counting. */
  readonly signal: AbortSignal
}

/** The seeds of the rows of one search. */
export class SeedCounts {
  readonly #options: SeedCountsOptions
  readonly #counts = new Map<string, number>()
  readonly #running = new Set<string>()
  /** Running counts that are awaited. */
  readonly #awaited = new Set<string>()
  /** Rows whose seeds were counted without a request: once each. */
  readonly #tried = new Set<string>()
  #isComplete = false
  #isOver = false

  constructor(options: SeedCountsOptions) {
    this.#options = options
  }

  /** Number of reachable seeds, by row ID. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts
  }

  isCounting(id: string): boolean {
    return this.#awaited.has(id)
  }

  /** Receives the sorted rows, and counts the seeds of the best ones. */
  ranked(rows: readonly Countable[]): void {
    if (this.#isOver) return
    for (const row of rows.slice(0, COUNTED_ROWS)) {
      if (this.#tried.has(row.id)) continue
      this.#tried.add(row.id)
      this.#begin(row)
    }
  }

  /** Also counts the seeds of these rows. */
  count(rows: readonly Countable[]): void {
    const begun = rows.filter(row => this.#begin(row)).map(({ id }) => id)
    if (begun.length === 0) return
    if (this.#isComplete) this.#after(() => this.#giveUp(begun))
    this.#options.onChanged()
  }

  /** Call it when all rows have arrived. */
  complete(): void {
    this.#isComplete = true
    this.#after(() => {
      this.#isOver = true
      this.#giveUp([...this.#awaited])
    })
  }

  #begin(row: Countable): boolean {
    if (this.#running.has(row.id) || this.#counts.has(row.id)) return false
    void this.#run(row)
    return true
  }

  async #run({ id, infoHashes }: Countable): Promise<void> {
    const { probes, isSeed, signal, onChanged } = this.#options
    this.#running.add(id)
    this.#awaited.add(id)
    const count = await probes.count(infoHashes, signal)
    this.#running.delete(id)
    this.#awaited.delete(id)
    if (count !== null) this.#counts.set(id, count + Number(isSeed(infoHashes)))
    if (!signal.aborted) onChanged()
  }

  #giveUp(ids: readonly string[]): void {
    const late = ids.filter(id => this.#awaited.delete(id))
    if (late.length > 0) this.#options.onChanged()
  }

  #after(run: () => void): void {
    const { clock, signal } = this.#options
    const cancel = clock.after(COUNT_MS, run)
    signal.addEventListener('abort', cancel, { once: true })
  }
}
