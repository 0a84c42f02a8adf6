import { CHANGE, type MemoryStore } from '../memory/memory-store.ts'
import type { Announce, StoreStats, SwarmCounts, SwarmStore } from '../store.ts'
import { ChangeWriter } from './changes.ts'
import { HEAD_BYTES } from './frames.ts'

/** Time that changes wait for others, unless a frame is full before. */
const BATCH_MS = 100
const BATCH_BYTES = 32 * 1024

export interface JoinedStoreEvents {
  /** Reports changes to the other processes: a frame whose head is not written yet. */
  report(frame: Uint8Array): void
  close(): Promise<void>
}

/**
 * The store of one of several processes: it answers from its own memory, and reports its changes
 * in batches.
 */
export class JoinedStore implements SwarmStore {
  readonly #memory: MemoryStore
  readonly #events: JoinedStoreEvents
  readonly #writer = new ChangeWriter(BATCH_BYTES, HEAD_BYTES)
  #batch: NodeJS.Timeout | undefined

  constructor(memory: MemoryStore, events: JoinedStoreEvents) {
    this.#memory = memory
    this.#events = events
  }

  announce(announce: Announce): void {
    this.#memory.announce(announce)
    const { change } = this.#memory
    if (change === CHANGE.none) return
    this.#writer.announce(announce, change === CHANGE.gone, change === CHANGE.completed)
    if (this.#writer.isFull) this.flush()
    else this.#batch ??= setTimeout(() => this.flush(), BATCH_MS)
  }

  scrape(counts: SwarmCounts): void {
    this.#memory.scrape(counts)
  }

  sweep(): void {
    this.#memory.sweep()
  }

  stats(): StoreStats {
    return this.#memory.stats()
  }

  /** Reports the waiting changes. */
  flush(): void {
    clearTimeout(this.#batch)
    this.#batch = undefined
    if (!this.#writer.isEmpty) this.#events.report(this.#writer.take())
  }

  async close(): Promise<void> {
    this.flush()
    await this.#events.close()
    this.#memory.close()
  }
}
