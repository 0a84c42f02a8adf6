import { randomBytes } from 'node:crypto'
import type { Carrier } from './carrier.ts'
import { INSTANCE_BYTES, type Sender } from './frames.ts'

/** Sends the frames of this process to the others, and drops those that it could not send. */
export class FrameSender implements Sender {
  readonly number: number
  readonly instance = randomBytes(INSTANCE_BYTES).toString('hex')
  /** Whether the other processes can be reached. */
  isJoined = false
  /** Whether this process has left permanently. */
  isClosed = false
  readonly #carrier: Carrier
  readonly #counters: { sent: number }

  constructor(carrier: Carrier, counters: { sent: number }) {
    this.number = carrier.number
    this.#carrier = carrier
    this.#counters = counters
  }

  get canSend(): boolean {
    return this.isJoined && !this.isClosed
  }

  /** Sends a frame to all other processes. */
  publish(frame: Uint8Array): void {
    if (!this.canSend) return
    this.#counters.sent++
    this.#carrier.publish(frame)
  }

  send(to: number, frame: Uint8Array): void {
    if (!this.canSend) return
    this.#counters.sent++
    this.#carrier.send(to, frame)
  }
}
