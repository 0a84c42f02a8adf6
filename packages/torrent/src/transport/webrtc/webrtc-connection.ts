import { ShoalError } from '../../base/errors.ts'
import type { Connection, ConnectionHandler, PeerAddress } from '../transport.ts'
import { LINGER_MS, MAX_HELD_BYTES } from './limits.ts'
import type { RtcChannel, RtcChannelHandler } from './rtc.ts'

/** Size of a message: large enough to make its overhead small, and accepted by every client. */
export const MESSAGE_BYTES = 64 * 1024
/** Maximum number of bytes queued in the channel, and the level at which it gets more. */
const CHANNEL_HIGH_BYTES = 1024 * 1024
const CHANNEL_LOW_BYTES = 512 * 1024

interface Queued {
  bytes: Uint8Array
  readonly onSent: (() => void) | undefined
}

/**
 * Combines small writes into messages. All connections share it, because a channel copies each
 * message.
 */
const staging = new Uint8Array(MESSAGE_BYTES)

/**
 * A byte stream over the messages of a data channel, whose boundaries have no meaning. The writes
 * of one turn of the event loop leave in as few messages as possible.
 */
export class WebrtcConnection implements Connection, RtcChannelHandler {
  readonly kind = 'webrtc'
  /** DTLS encrypts all data channels. */
  readonly isSecure = true
  /** The peer can only be reached through signaling; the visible address may be that of a relay. */
  readonly dialableAddress = null
  readonly remote: PeerAddress
  readonly incoming: boolean
  readonly channelBinding: Uint8Array | undefined
  readonly #channel: RtcChannel
  readonly #messageBytes: number
  #handler: ConnectionHandler | undefined
  #queue: Queued[] = []
  #queuedBytes = 0
  #willFlush = false
  #held: Uint8Array[] = []
  #heldBytes = 0
  #paused = true
  #linger: ReturnType<typeof setTimeout> | undefined
  #isEnding = false
  #isClosed = false
  #error: Error | undefined

  /** `unknown`: the peer's address if the platform does not reveal it. */
  constructor(
    channel: RtcChannel,
    options: { incoming: boolean; unknown: string; channelBinding?: Uint8Array | undefined },
  ) {
    this.#channel = channel
    this.incoming = options.incoming
    this.channelBinding = options.channelBinding
    this.remote = channel.remote ?? { host: options.unknown, port: 0, kind: 'webrtc' }
    this.#messageBytes = Math.min(channel.maxMessageBytes, MESSAGE_BYTES)
    channel.start(this, { lowBytes: CHANNEL_LOW_BYTES })
  }

  get bufferedBytes(): number {
    return this.#queuedBytes
  }

  start(handler: ConnectionHandler): void {
    const isFirst = this.#handler === undefined
    this.#handler = handler
    if (this.#isClosed) queueMicrotask(() => handler.onClose(this.#error))
    else if (isFirst) this.resume()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (this.#held.length > 0) queueMicrotask(this.#deliverHeld)
  }

  write(bytes: Uint8Array, onSent?: () => void): void {
    if (this.#isClosed || this.#isEnding) return onSent?.()
    this.#queue.push({ bytes, onSent })
    this.#queuedBytes += bytes.length
    if (this.#willFlush) return
    this.#willFlush = true
    queueMicrotask(this.#flush)
  }

  close(graceful = false): void {
    if (this.#isClosed) return
    if (!graceful) return this.#end(undefined, false)
    if (this.#isEnding) return
    this.#isEnding = true
    this.#linger = setTimeout(() => this.#end(undefined, true), LINGER_MS)
    if (!this.#willFlush) this.#flush()
  }

  // Events of the channel

  onMessage(bytes: Uint8Array): void {
    if (this.#isClosed || bytes.length === 0) return
    if (this.#handler && !this.#paused && this.#held.length === 0) return this.#handler.onData(bytes)
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    if (this.#heldBytes > MAX_HELD_BYTES)
      this.#end(new ShoalError('bad-message', 'it sends more than it may before we listen'), false)
  }

  onLow(): void {
    if (!this.#isClosed) this.#flush()
  }

  onClose(error?: Error): void {
    if (this.#isClosed) return
    this.#paused = false
    this.#deliverHeld()
    this.#end(error, false)
  }

  readonly #deliverHeld = () => {
    while (this.#held.length > 0 && this.#handler && !this.#paused && !this.#isClosed) {
      const bytes = this.#held.shift()!
      this.#heldBytes -= bytes.length
      this.#handler.onData(bytes)
    }
  }

  /** Fills the channel up to its limit. */
  readonly #flush = () => {
    this.#willFlush = false
    if (this.#isClosed) return
    const hadBytes = this.#queuedBytes > 0
    let taken = 0
    while (taken < this.#queue.length && this.#channel.bufferedBytes < CHANNEL_HIGH_BYTES)
      taken = this.#sendOne(taken)
    if (taken > 0) this.#queue.splice(0, taken)
    if (this.#isClosed || this.#queue.length > 0) return
    if (this.#isEnding) this.#end(undefined, true)
    else if (hadBytes) this.#handler?.onDrain()
  }

  /**
   * Sends the message that begins with the write at `index`. Returns the index of the first write
   * that was not sent completely.
   */
  #sendOne(index: number): number {
    const first = this.#queue[index]!
    if (first.bytes.length >= this.#messageBytes) {
      this.#send(first.bytes.subarray(0, this.#messageBytes))
      first.bytes = first.bytes.subarray(this.#messageBytes)
      return first.bytes.length > 0 ? index : this.#left(index)
    }
    let length = 0
    let at = index
    for (; at < this.#queue.length && length < this.#messageBytes; at++) {
      const next = this.#queue[at]!
      const part = next.bytes.subarray(0, this.#messageBytes - length)
      staging.set(part, length)
      length += part.length
      next.bytes = next.bytes.subarray(part.length)
      if (next.bytes.length > 0) break
    }
    if (length > 0) this.#send(staging.subarray(0, length))
    for (let i = index; i < at; i++) this.#left(i)
    return at
  }

  #send(bytes: Uint8Array): void {
    this.#queuedBytes -= bytes.length
    this.#channel.send(bytes)
  }

  #left(index: number): number {
    this.#queue[index]!.onSent?.()
    return index + 1
  }

  #end(error: Error | undefined, graceful: boolean): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#error = error
    clearTimeout(this.#linger)
    this.#channel.close(graceful)
    const unsent = this.#queue
    this.#queue = []
    this.#queuedBytes = 0
    this.#held = []
    for (const { onSent } of unsent) onSent?.()
    const handler = this.#handler
    if (handler) queueMicrotask(() => this.#handler?.onClose(error))
  }
}
