import type { Socket } from 'node:net'
import { readAddress } from '../base/address.ts'

/** Answers that nobody reads. */
const MAX_WAITING_BYTES = 1 << 18

/** One client's connection, and what came of a request that is not all here. */
export class Connection {
  readonly socket: Socket
  readonly address: string
  readonly family: 0 | 1 | null
  readonly words = new Int32Array(4)
  rest: Buffer | null = null
  /** It is counted for its address. */
  isCounted = false
  /** An answer is being made: what comes meanwhile waits. */
  isBusy = false
  /** Since when it owes us a request, or the end of one. */
  sinceMs: number
  #isPrompt = false

  constructor(socket: Socket, nowMs: number) {
    this.socket = socket
    this.address = socket.remoteAddress ?? ''
    this.family = readAddress(this.address, this.words)
    this.sinceMs = nowMs
  }

  /** It is kept: later answers must not wait for each other's receipt. Most connections carry one only, and are spared the call. */
  expectMore(): void {
    if (this.#isPrompt) return
    this.#isPrompt = true
    this.socket.setNoDelay(true)
  }

  /** Sends the bytes, which are the caller's again at once when it gives true. */
  send(bytes: Uint8Array, isLast: boolean): boolean {
    this.socket.write(bytes)
    const waiting = this.socket.writableLength
    // What the system has taken it sends by itself; ending politely costs half as much again as the whole exchange.
    if (isLast) waiting === 0 ? this.socket.destroy() : this.socket.end()
    if (waiting > MAX_WAITING_BYTES) this.socket.destroy()
    return waiting === 0
  }
}
