import { type Clock, delay } from '@shoal/torrent'

const TICK_MS = 30_000
/** Time until another attempt if the DHT could not be asked at all. */
const AGAIN_MS = 60_000

export interface RoundsOptions {
  readonly clock: Clock
  /** 0 to 1. */
  random(): number
  /** Returns the ids of everything that takes turns, with the interval of each. */
  all(): readonly { readonly id: number; readonly everyMs: number; readonly lastMs: number | null }[]
  /** Resolves to false if it has to be tried again soon. Never rejects. */
  run(id: number): Promise<boolean>
}

/** Gives each of many things a turn after its interval, give or take a tenth, one at a time: the DHT is asked at a bounded rate. */
export class Rounds {
  readonly #options: RoundsOptions
  readonly #stop = new AbortController()
  /** Unix time of the next turn by id. */
  readonly #dueMs = new Map<number, number>()
  #last: Promise<unknown> = Promise.resolve()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  start(): void {
    this.#loop = this.#run().catch(() => {})
  }

  /** Gives it a turn now, after those that have begun. */
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

  async #run(): Promise<void> {
    const { clock, all } = this.#options
    for (;;) {
      const nowMs = clock.unixMs()
      const due = all().filter(each => this.#due(each) <= nowMs)
      for (const { id } of due) {
        this.#stop.signal.throwIfAborted()
        await this.now(id)
      }
      await delay(clock, TICK_MS, this.#stop.signal)
    }
  }

  #due({ id, everyMs, lastMs }: { id: number; everyMs: number; lastMs: number | null }): number {
    const known = this.#dueMs.get(id)
    if (known !== undefined) return known
    const dueMs = lastMs === null ? 0 : lastMs + everyMs * this.#jitter()
    this.#dueMs.set(id, dueMs)
    return dueMs
  }

  async #turn(id: number): Promise<void> {
    if (this.#stop.signal.aborted) return
    const done = await this.#options.run(id)
    const each = this.#options.all().find(each => each.id === id)
    const nowMs = this.#options.clock.unixMs()
    if (each) this.#dueMs.set(id, nowMs + (done ? each.everyMs * this.#jitter() : AGAIN_MS))
    else this.#dueMs.delete(id)
  }

  /** Nodes that started at the same time do not ask in step. */
  #jitter(): number {
    return 0.9 + 0.2 * this.#options.random()
  }
}
