import { MemoryStore, type MemoryStoreOptions } from '../memory/memory-store.ts'
import type { Announce, StoreStats, SwarmCounts, SwarmStore } from '../store.ts'

/** An asynchronous store for tests, whose calls fail or end when the test decides, in any order. */
export class LateStore implements SwarmStore {
  readonly inner: MemoryStore
  /** Behavior of further calls. */
  mode: 'later' | 'reject' | 'throw' | 'wait' = 'later'
  /** Resolves pending calls, except sweeps, which the tracker makes by itself. */
  readonly waiting: (() => void)[] = []
  readonly waitingSweeps: (() => void)[] = []

  constructor(options: MemoryStoreOptions = { expirySeconds: 3600 }) {
    this.inner = new MemoryStore(options)
  }

  announce(announce: Announce): Promise<void> {
    return this.#call(() => this.inner.announce(announce))
  }

  scrape(counts: SwarmCounts): Promise<void> {
    return this.#call(() => this.inner.scrape(counts))
  }

  async sweep(): Promise<void> {
    await this.#call(() => this.inner.sweep(), this.waitingSweeps)
  }

  async stats(): Promise<StoreStats> {
    return this.inner.stats()
  }

  async close(): Promise<void> {}

  #call(work: () => void, waiting = this.waiting): Promise<void> {
    if (this.mode === 'throw') throw new Error('the connection to the store is closed')
    if (this.mode === 'reject') return Promise.reject(new Error('the store is down'))
    const begun =
      this.mode === 'wait'
        ? new Promise<void>(resolve => waiting.push(resolve))
        : new Promise<void>(resolve => setImmediate(resolve))
    return begun.then(work)
  }
}
