import type { DataChannel, PeerConnection } from 'node-datachannel'
import { ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../transport.ts'
import { LINGER_MS } from './limits.ts'
import type { RtcChannel, RtcChannelHandler } from './rtc.ts'

export type NativeMessage = string | Uint8Array | ArrayBuffer

/** Implements the contract over an open channel of node-datachannel, which throws at every use after it was closed. */
export class NodeChannel implements RtcChannel {
  readonly remote: PeerAddress | null
  readonly maxMessageBytes: number
  readonly #channel: DataChannel
  readonly #connection: PeerConnection
  #handler: RtcChannelHandler | undefined
  #early: Uint8Array[] = []
  /** Whether the native channel must not be used any more. */
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
    if (this.#handler) this.#handler.onMessage(bytes)
    else this.#early.push(bytes)
  }

  /** The native channel has closed: by the other side, or after `close`. */
  closed(): void {
    this.#isGone = true
    if (this.#isClosed) return
    this.#isClosed = true
    this.#end()
  }

  /** The peer connection has become `failed`, `closed` or `disconnected`. */
  onState(state: string): void {
    // The other side closes its connection after it has read everything. Ours must stay until then, or the last bytes would be lost.
    if (this.#linger) return this.#end()
    if (state === 'disconnected') return
    this.#isGone ||= state === 'closed'
    if (this.#isClosed) return
    if (state === 'closed') return void afterTurn(() => this.closed())
    this.#isClosed = true
    this.#end(new ShoalError('timeout', 'the peer cannot be reached any more'))
  }

  #begin(handler: RtcChannelHandler): void {
    this.#handler = handler
    for (const bytes of this.#early.splice(0)) if (!this.#isClosed) handler.onMessage(bytes)
    if (this.#isClosed) handler.onClose()
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

  #end(error?: Error): void {
    clearTimeout(this.#linger)
    this.#linger = undefined
    this.#isGone = true
    this.#channel.close()
    this.#connection.close()
    queueMicrotask(() => this.#handler?.onClose(error))
  }
}

/** Runs `work` after the events that the native threads have reported so far: states overtake messages that arrived earlier. */
function afterTurn(work: () => void): void {
  setImmediate(() => setImmediate(work))
}
