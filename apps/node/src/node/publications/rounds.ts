import { describeFailure } from '@shoal/daemon/failure'
import type { Clock } from '@shoal/torrent'
import { repeat } from '@shoal/torrent/base'

const TICK_MS = 30_000
/** Milliseconds until a retry if the DHT could not be queried. */
const AGAIN_MS = 60_000

interface Row {
  readonly id: number
}

/** The schedule of a row. `lastMs`: Unix time of the last turn. */
interface Turns {
  readonly everyMs: number
  readonly lastMs: number | null
}

export interface RoundsOptions<Each extends Row> {
  readonly clock: Clock
  /** 0 to 1. */
  random(): number
  /** The rows that take turns. */
  readonly table: { get(id: number): Each | null; select(rest: string): readonly Each[] }
  turnsOf(row: Each): Turns
  run(row: Each, signal: AbortSignal): Promise<void>
  /** Called after a failure. Resolves with true if it should be retried soon. */
  failed(row: Each, failure: { readonly code: string; readonly message: string }): Promise<boolean>
  /** Called after each turn. */
  onChanged(): void
}

/**
 * Gives each row of a table a turn after its interval ±10 %, one at a time, which bounds the rate
 * of DHT queries.
 */
export class Rounds<Each extends Row> {
  readonly #options: RoundsOptions<Each>
  readonly #stop = new AbortController()
  /** Unix time of the next turn, by id. */
  readonly #dueMs = new Map<number, number>()
  #last: Promise<unknown> = Promise.resolve()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: RoundsOptions<Each>) {
    this.#options = options
  }

  start(): void {
    this.#loop = repeat(this.#options.clock, TICK_MS, this.#stop.signal, () => this.#round())
  }

  /** Gives it a turn now, after turns that have already started. */
  async now(id: number): Promise<void> {
    const mine = this.#last.then(() => this.#turn(id))
    this.#last = mine
    await mine
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await this.#last
  }

  async #round(): Promise<void> {
    const { clock, table } = this.#options
    const nowMs = clock.unixMs()
    const due = table.select('ORDER BY id').filter(row => this.#due(row) <= nowMs)
    for (const { id } of due) {
      this.#stop.signal.throwIfAborted()
      await this.now(id)
    }
  }

  #due(row: Each): number {
    const known = this.#dueMs.get(row.id)
    if (known !== undefined) return known
    const { everyMs, lastMs } = this.#options.turnsOf(row)
    const dueMs = lastMs === null ? 0 : lastMs + everyMs * this.#jitter()
    this.#dueMs.set(row.id, dueMs)
    return dueMs
  }

  async #turn(id: number): Promise<void> {
    if (this.#stop.signal.aborted) return
    const { table, clock, turnsOf } = this.#options
    const before = table.get(id)
    const isSoon = before ? await this.#attempt(before) : false
    const row = table.get(id)
    if (!row) this.#dueMs.delete(id)
    else this.#dueMs.set(id, clock.unixMs() + (isSoon ? AGAIN_MS : turnsOf(row).everyMs * this.#jitter()))
  }

  /** Returns whether to retry soon. Never rejects. */
  async #attempt(row: Each): Promise<boolean> {
    const { run, failed, onChanged } = this.#options
    const { signal } = this.#stop
    try {
      await run(row, signal)
      return false
    } catch (error) {
      return !signal.aborted && (await failed(row, describeFailure(error)))
    } finally {
      if (!signal.aborted) onChanged()
    }
  }

  /** Spreads the queries of nodes that started at the same time. */
  #jitter(): number {
    return 0.9 + 0.2 * this.#options.random()
  }
}
