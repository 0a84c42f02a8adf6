import { MAX_FRAME_BYTES } from './carrier.ts'

/** Maximum number of waiting frames, and of bytes that are read in one turn of the event loop. */
const [MAX_WAITING_BYTES, TURN_BYTES] = [16 << 20, 128 * 1024] as const

export interface InboxEvents {
  frame(bytes: Uint8Array): void
  /** A frame was dropped. `isLost`: because too many were waiting, not because it was too long. */
  dropped(isLost: boolean): void
  /** All waiting frames were read. */
  empty(): void
}

/** Queue of frames from other processes, which are read a few at a time. */
export class Inbox {
  readonly #events: InboxEvents
  readonly #frames: Uint8Array[] = []
  #bytes = 0
  #isReading = false
  #isClosed = false

  constructor(events: InboxEvents) {
    this.#events = events
  }

  add(frame: Uint8Array): void {
    if (this.#isClosed) return
    const isTooLong = frame.length > MAX_FRAME_BYTES
    if (isTooLong || this.#bytes + frame.length > MAX_WAITING_BYTES) return this.#events.dropped(!isTooLong)
    this.#frames.push(frame)
    this.#bytes += frame.length
    if (!this.#isReading) setImmediate(() => this.#read())
    this.#isReading = true
  }

  close(): void {
    this.#isClosed = true
  }

  #read(): void {
    if (this.#isClosed) return
    let spent = 0
    let count = 0
    for (; count < this.#frames.length && spent < TURN_BYTES; count++) {
      const frame = this.#frames[count]!
      spent += frame.length
      this.#events.frame(frame)
    }
    this.#frames.splice(0, count)
    this.#bytes -= spent
    this.#isReading = this.#frames.length > 0
    if (this.#isReading) setImmediate(() => this.#read())
    else this.#events.empty()
  }
}
