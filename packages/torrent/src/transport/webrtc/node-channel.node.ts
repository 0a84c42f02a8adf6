import type { DataChannel, PeerConnection } from 'node-datachannel'
import { ShoalError } from '../../base/errors.ts'
import { InputShare } from '../input-budget.ts'
import type { PeerAddress } from '../transport.ts'
import { LINGER_MS, MAX_HELD_BYTES } from './limits.ts'
import type { RtcChannel, RtcChannelHandler } from './rtc.ts'

/** Memory overhead of a held message. */
const MESSAGE_BYTES = 256

export type NativeMessage = string | Uint8Array | ArrayBuffer

/**
 * Implements the contract over an open channel of node-datachannel, which throws at every use after
 * it was closed.
 */
export class NodeChannel implements RtcChannel {
  readonly remote: PeerAddress | null
  readonly maxMessageBytes: number
  readonly #channel: DataChannel
  readonly #connection: PeerConnection
  #handler: RtcChannelHandler | undefined
  /** Messages that arrived early, or faster than they are handled. */
  #held: Uint8Array[] = []
  #heldBytes = 0
  readonly #share = new InputShare()
  /** Whether the native channel must no longer be used. */
  #isGone = false
  /** Whether the owner has closed it, or was notified that it is closed. */
  #isClosed = false
  #linger: ReturnType<typeof setTimeout> | undefined

  constructor(channel: DataChannel, connection: PeerConnection, remote: PeerAddress | null) {
    this.#channel = channel
    this.#connection = connection
    this.remote = remote
    this.maxMessageBytes = channel.maxMessageSize()
  }

  get bufferedBytes(): number {
    return this.#isGone ? 0 : this.#channel.bufferedAmount()
  }

  start(handler: RtcChannelHandler, { lowBytes }: { lowBytes: number }): void {
    queueMicrotask(() => this.#begin(handler))
    if (this.#isGone) return
    this.#channel.setBufferedAmountLowThreshold(lowBytes)
    this.#channel.onBufferedAmountLow(() => this.#onLow())
  }

  send(bytes: Uint8Array): void {
    if (this.#isGone) return
    try {
      this.#channel.sendMessageBinary(bytes)
    } catch {
      // The channel is closing, which an event reports to the owner.
    }
  }

  close(graceful: boolean): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (!graceful || this.#isGone) return this.#end()
    this.#linger = setTimeout(() => this.#end(), LINGER_MS)
    this.#channel.setBufferedAmountLowThreshold(0)
    this.#finish()
  }

  onMessage(message: NativeMessage): void {
    if (this.#isClosed || typeof message === 'string') return
    const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : message
    this.#held.push(bytes)
    this.#heldBytes += bytes.length + MESSAGE_BYTES
    if (this.#heldBytes > MAX_HELD_BYTES) return this.#fail('bad-message', 'it sends faster than we can read')
    if (this.#handler) this.#deliver()
  }

  /** The native channel has closed: by the other side, or after `close`. */
  closed(): void {
    this.#isGone = true
    // It ends after the messages that arrived before.
    if (this.#isClosed || this.#held.length > 0) return
    this.#isClosed = true
    this.#end()
  }

  /** The peer connection has become `failed`, `closed` or `disconnected`. */
  onState(state: string): void {
    // The other side closes its connection after it has read everything. Ours must stay until then,
    // or the last bytes would be lost.
    if (this.#linger) return this.#end()
    if (state === 'disconnected') return
    this.#isGone ||= state === 'closed'
    if (this.#isClosed) return
    if (state === 'closed') return void afterTurn(() => this.closed())
    this.#fail('timeout', 'the peer cannot be reached any more')
  }

  #begin(handler: RtcChannelHandler): void {
    this.#handler = handler
    if (this.#isClosed) handler.onClose()
    else this.#deliver()
  }

  readonly #deliver = () => {
    while (this.#held.length > 0 && !this.#isClosed && !this.#share.isWaiting) {
      const bytes = this.#held[0]!
      const passed = this.#share.pass(bytes, this.#take)
      this.#heldBytes -= passed
      if (passed === bytes.length) {
        this.#held.shift()
        this.#heldBytes -= MESSAGE_BYTES
      } else {
        this.#held[0] = bytes.subarray(passed)
        this.#share.wait(this.#deliver)
      }
    }
    if (this.#isGone && this.#held.length === 0) this.closed()
  }

  readonly #take = (bytes: Uint8Array) => {
    this.#handler!.onMessage(bytes)
    return !this.#isClosed
  }

  #onLow(): void {
    if (this.#linger) this.#finish()
    else if (!this.#isClosed) this.#handler?.onLow()
  }

  /** Closes the channel once all messages were handed over: an earlier close would drop them. */
  #finish(): void {
    if (this.#isGone || this.#channel.bufferedAmount() > 0) return
    this.#isGone = true
    this.#channel.close()
  }

  #fail(code: 'bad-message' | 'timeout', message: string): void {
    this.#isClosed = true
    this.#end(new ShoalError(code, message))
  }

  #end(error?: Error): void {
    this.#held = []
    clearTimeout(this.#linger)
    this.#linger = undefined
    this.#isGone = true
    this.#channel.close()
    this.#connection.close()
    queueMicrotask(() => this.#handler?.onClose(error))
  }
}

/**
 * Runs `work` after the events that the native threads have reported so far: states overtake
 * messages that arrived earlier.
 */
function afterTurn(work: () => void): void {
  setImmediate(() => setImmediate(work))
}
