import type { Socket } from 'node:net'
import { readAddress } from '../base/address.ts'

/** Maximum number of unread response bytes of a client. */
const MAX_WAITING_BYTES = 1 << 18

/** A client's connection, and the start of a request that is not complete yet. */
export class Connection {
  readonly socket: Socket
  readonly address: string
  readonly family: 0 | 1 | null
  readonly words = new Int32Array(4)
  rest: Buffer | null = null
  /** Whether it is counted in ConnectionCounts. */
  isCounted = false
  /** Whether a response is being produced: further requests wait. */
  isBusy = false
  /** Whether another server reads its requests. */
  isPassedOn = false
  /** Time since which we have been waiting for a request or the rest of one. */
  sinceMs: number
  #isPrompt = false

  constructor(socket: Socket, nowMs: number) {
    this.socket = socket
    this.address = socket.remoteAddress ?? ''
    this.family = readAddress(this.address, this.words)
    this.sinceMs = nowMs
  }

  /**
   * Prepares for more than one response, which must not wait for earlier ones to be acknowledged.
   * Most connections carry only one.
   */
  expectMore(): void {
    if (this.#isPrompt) return
    this.#isPrompt = true
    this.socket.setNoDelay(true)
  }

  /** Sends bytes. Returns true if the caller may reuse them at once. */
  send(bytes: Uint8Array, isLast: boolean): boolean {
    this.socket.write(bytes)
    const waiting = this.socket.writableLength
    // The system sends what it has accepted by itself. A graceful end would cost half as much again
    // as the whole exchange.
    if (isLast) waiting === 0 ? this.socket.destroy() : this.socket.end()
    if (waiting > MAX_WAITING_BYTES) this.socket.destroy()
    return waiting === 0
  }
}
