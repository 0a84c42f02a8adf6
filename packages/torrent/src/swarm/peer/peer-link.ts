import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { Soon } from '../../base/soon.ts'
import type { Connection, ConnectionHandler } from '../../transport/transport.ts'
import { MessageParser } from '../../wire/message-parser.ts'
import { MessageWriter } from '../../wire/message-writer.ts'
import type { MessageHandler } from '../../wire/messages.ts'

/**
 * BEP 3: a peer that is silent for about two minutes is considered dead. We send something at
 * least this often.
 */
const KEEP_ALIVE_MS = 100_000
const SILENCE_MS = 150_000
/**
 * Number of bytes that may wait to be sent. Blocks stop far below: a peer that makes us answer
 * more without reading is flooding us.
 */
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024

/** Receives the messages and events of a link. */
export interface LinkHandler extends MessageHandler {
  /** All messages of one read were handled: they can be answered together. */
  onReadEnd(): void
  /** Everything written has been sent. */
  onDrain(): void
  onClosed(error: Error | undefined): void
}

/**
 * Joins a connection to the message parser and writer. Everything sent in one turn of the event
 * loop takes one write.
 */
export class PeerLink implements ConnectionHandler {
  readonly connection: Connection
  readonly #clock: Clock
  readonly #writer = new MessageWriter()
  #handler: LinkHandler | null = null
  #parser: MessageParser | null = null
  #lastReceivedMs: number
  #lastSentMs: number
  readonly #flushLater = new Soon(() => this.#flush())
  #closed = false

  constructor(connection: Connection, clock: Clock) {
    this.connection = connection
    this.#clock = clock
    this.#lastReceivedMs = clock.nowMs()
    this.#lastSentMs = this.#lastReceivedMs
  }

  /** Starts delivery; `early` contains bytes that arrived after the handshake. */
  start(handler: LinkHandler, early: Uint8Array): void {
    this.#handler = handler
    this.#parser = new MessageParser(handler)
    if (early.length > 0) this.onData(early)
    if (this.#closed) return
    this.connection.start(this)
    // It was paused during the handover.
    this.connection.resume()
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Writes messages, which are sent at the end of the turn. */
  get out(): MessageWriter {
    this.#flushLater.ask()
    return this.#writer
  }

  /** Sends bytes that are complete messages, after everything written before. */
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
      this.#parser!.push(bytes)
      if (!this.#closed) this.#handler!.onReadEnd()
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)))
    }
  }

  onDrain(): void {
    if (!this.#closed) this.#handler!.onDrain()
  }

  onClose(error?: Error): void {
    this.close(error)
  }

  /** Closes the link. The handler is notified once, immediately. */
  close(error?: Error, graceful = false): void {
    if (this.#closed) return
    if (graceful) this.#flush()
    this.#closed = true
    this.#parser?.stop()
    this.connection.close(graceful)
    this.#handler?.onClosed(error)
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
