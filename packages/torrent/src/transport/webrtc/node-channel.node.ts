import type { DataChannel, PeerConnection } from 'node-datachannel'
import { ShoalError } from '../../base/errors.ts'
import type { PeerAddress } from '../transport.ts'
import { LINGER_MS } from './limits.ts'
import type { RtcChannel, RtcChannelHandler } from './rtc.ts'

export type NativeMessage = string | Uint8Array | ArrayBuffer

/** The contract over an open channel of node-datachannel, which throws at every use once it is closed. */
export class NodeChannel implements RtcChannel {
  readonly remote: PeerAddress | null
  readonly maxMessageBytes: number
  readonly #channel: DataChannel
  readonly #connection: PeerConnection
  #handler: RtcChannelHandler | undefined
  #early: Uint8Array[] = []
  /** The native channel must not be touched any more. */
  #isGone = false
  /** True once the owner has closed it, or knows that it is closed. */
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
      // It closes; an event reports that to its owner.
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
    // The other side closes its connection when it has read everything: only then may ours go, or the last of it would be lost.
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

  /** Closes the channel once all has been handed over: what is closed earlier is dropped. */
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

/** Runs `work` after what the native threads have told by now: states come before messages that arrived earlier. */
function afterTurn(work: () => void): void {
  setImmediate(() => setImmediate(work))
}
