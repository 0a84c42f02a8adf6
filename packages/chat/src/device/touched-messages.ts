/** Messages that may look different since the last call, so that screens reload only these. */
import { latin1 } from '@shoal/torrent/base'
import type { MessageId } from '../conversations/index.ts'

/** Above this number, only the fact is recorded. */
const MAX_TOUCHED = 200

export class TouchedMessages {
  #touched: Map<string, MessageId> | null = new Map()

  add(id: MessageId): void {
    this.#touched?.set(latin1(id), id)
    if (this.#touched && this.#touched.size > MAX_TOUCHED) this.#touched = null
  }

  /** Any message may look different. */
  addAll(): void {
    this.#touched = null
  }

  /** Returns and clears them. Null if any message may look different. */
  take(): readonly MessageId[] | null {
    const taken = this.#touched && [...this.#touched.values()]
    this.#touched = new Map()
    return taken
  }
}
