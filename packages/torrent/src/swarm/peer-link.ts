import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Connection, ConnectionHandler } from '../transport/transport.ts'
import { MessageParser } from '../wire/message-parser.ts'
import { MessageWriter } from '../wire/message-writer.ts'
import type { MessageHandler } from '../wire/messages.ts'

/** BEP 3: a peer that says nothing for two minutes is gone, give or take a clock; we speak at least this often. */
const KEEP_ALIVE_MS = 100_000
const SILENCE_MS = 150_000
/** What may wait to be sent. Blocks stop far below it: a peer that makes us answer more without reading is flooding us. */
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024

/** What a link tells its peer besides the messages themselves. */
export interface LinkOwner extends MessageHandler {
  /** All messages of one read have been handled: the time to answer them together. */
  onReadEnd(): void
  /** What was written has left. */
  onDrain(): void
  onClosed(error: Error | undefined): void
}

/**
 * Joins a connection to the message parser and writer. Whatever is said in one turn of the event loop leaves in one write.
 */
export class PeerLink implements ConnectionHandler {
  readonly connection: Connection
  readonly #clock: Clock
  readonly #owner: LinkOwner
  readonly #parser: MessageParser
  readonly #writer = new MessageWriter()
  #lastReceivedMs: number
  #lastSentMs: number
  #willFlush = false
  #closed = false
  #error: Error | undefined

  constructor(connection: Connection, owner: LinkOwner, clock: Clock) {
    this.connection = connection
    this.#clock = clock
    this.#owner = owner
    this.#parser = new MessageParser(owner)
    this.#lastReceivedMs = clock.nowMs()
    this.#lastSentMs = this.#lastReceivedMs
  }

  /** Starts delivery; `early` is what arrived behind the handshake. */
  start(early: Uint8Array): void {
    if (early.length > 0) this.onData(early)
    if (this.#closed) return
    this.connection.start(this)
    // It was paused while it changed hands.
    this.connection.resume()
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Where messages are written; they leave at the end of the turn. */
  get out(): MessageWriter {
    if (!this.#willFlush) {
      this.#willFlush = true
      queueMicrotask(this.#flushLater)
    }
    return this.#writer
  }

  /** Sends bytes that are whole messages already, behind all that was said before. */
  writeRaw(bytes: Uint8Array, onSent?: () => void): void {
    this.#flush()
    this.#lastSentMs = this.#clock.nowMs()
    this.connection.write(bytes, onSent)
  }

  /** Once a second. */
  tick(now: number): void {
    if (now - this.#lastReceivedMs > SILENCE_MS)
      this.close(new ShoalError('timeout', 'it said nothing for two minutes'))
    else if (now - this.#lastSentMs > KEEP_ALIVE_MS) this.out.keepAlive()
  }

  onData(bytes: Uint8Array): void {
    this.#lastReceivedMs = this.#clock.nowMs()
    try {
      this.#parser.push(bytes)
      if (!this.#closed) this.#owner.onReadEnd()
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)))
    }
  }

  onDrain(): void {
    if (!this.#closed) this.#owner.onDrain()
  }

  onClose(error?: Error): void {
    this.close(error)
  }

  /** Ends the link; the owner is told once, at once. */
  close(error?: Error, graceful = false): void {
    if (this.#closed) return
    if (graceful) this.#flush()
    this.#closed = true
    this.#error = error
    this.#parser.stop()
    this.connection.close(graceful)
    this.#owner.onClosed(this.#error)
  }

  readonly #flushLater = () => {
    this.#willFlush = false
    this.#flush()
  }

  #flush(): void {
    if (this.#closed) return
    const bytes = this.#writer.take()
    if (!bytes) return
    if (this.connection.bufferedBytes > MOST_BUFFERED_BYTES)
      return this.close(new ShoalError('bad-message', 'it asks for more than it reads'))
    this.#lastSentMs = this.#clock.nowMs()
    this.connection.write(bytes)
  }
}
