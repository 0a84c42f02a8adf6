/**
 * Adapts a connection of the engine, such as a libp2p stream or a WebRTC data channel, to a channel
 * between two devices.
 */
import type { Connection } from '@shoal/torrent'
import { ChatError } from '../chat-error.ts'
import type { DirectChannel } from './session.ts'

/** Unread bytes above which the connection is paused. */
const MAX_WAITING_BYTES = 256 * 1024

/** Throws `bad-argument` if the connection is not encrypted, or has no channel binding. */
export function channelOf(connection: Connection): DirectChannel {
  const { isSecure, incoming, channelBinding: binding } = connection
  if (!isSecure || !binding)
    throw new ChatError('bad-argument', 'This connection does not protect what it carries.')
  const received = new Received(connection)
  connection.start(received)
  return {
    binding,
    isInitiator: !incoming,
    chunks: received,
    async send(bytes) {
      if (received.hasEnded) throw new ChatError('closed', 'The connection was closed.')
      await new Promise<void>(resolve => connection.write(bytes, resolve))
    },
    close: () => connection.close(),
  }
}

class Received implements AsyncIterable<Uint8Array> {
  readonly #connection: Connection
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #wake: (() => void) | null = null
  hasEnded = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  onData(bytes: Uint8Array): void {
    this.#waiting.push(bytes.slice())
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#connection.pause()
    this.#wake?.()
  }

  onDrain(): void {}

  onClose(): void {
    this.hasEnded = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#waiting.shift()
      if (next) {
        this.#waitingBytes -= next.length
        if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#connection.resume()
        yield next
      } else if (this.hasEnded) return
      else {
        await new Promise<void>(resolve => {
          this.#wake = resolve
        })
        this.#wake = null
      }
    }
  }
}
