/**
 * Shares this person's read position: only the last mark of a short period, since each is a
 * message.
 */
import type { Clock } from '@shoal/torrent/base'
import type { MessageId } from '../conversations/index.ts'

const DELAY_MS = 1500

export class ReadMarks {
  readonly #clock: Clock
  readonly #send: (upTo: MessageId) => Promise<void>
  #upTo: MessageId | null = null
  #cancel: (() => void) | undefined

  /** `send` may reject: the next mark supersedes it. */
  constructor(clock: Clock, send: (upTo: MessageId) => Promise<void>) {
    this.#clock = clock
    this.#send = send
  }

  mark(upTo: MessageId): void {
    const isWaiting = this.#upTo !== null
    this.#upTo = upTo
    if (isWaiting) return
    this.#cancel = this.#clock.after(DELAY_MS, () => {
      const last = this.#upTo!
      this.#upTo = null
      this.#send(last).catch(() => {})
    })
  }

  close(): void {
    this.#cancel?.()
  }
}
