/** The messages that may look different since they were last taken, for screens, which read only these again. */
import { latin1 } from '@shoal/torrent/base'
import type { MessageId } from '../conversations/index.ts'

/** If more changed, only that is remembered. */
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

  /** Returns them, and forgets them. Null if any message may look different. */
  take(): readonly MessageId[] | null {
    const taken = this.#touched && [...this.#touched.values()]
    this.#touched = new Map()
    return taken
  }
}
