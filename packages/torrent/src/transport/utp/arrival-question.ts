import type { UtpPacket } from './utp-packet.ts'

/**
 * Asks the peer what it has, because long packets seem to vanish on the way. Nothing else is sent until it answers. An ACK that was late on its way is
 * no answer: by the clock of the peer, too, as much time must have passed since its last packet as passed here before the question.
 */
export class ArrivalQuestion {
  /** The question is of no use until something arrives: the peer has a part of what is in flight. */
  isUseless = false
  #askedAtMs = -1
  /** When the last packet before the question arrived, and its timestamp. */
  #heardMs = 0
  #heardMicros = 0

  get isOpen(): boolean {
    return this.#askedAtMs >= 0
  }

  ask(nowMs: number): void {
    this.#askedAtMs = nowMs
  }

  /** The peer sent a packet before it was asked. */
  onHeard({ timestampMicros }: UtpPacket, nowMs: number): void {
    this.#heardMs = nowMs
    this.#heardMicros = timestampMicros
  }

  /** Whether the peer sent a packet after it was asked. */
  isAnswer({ timestampMicros }: UtpPacket): boolean {
    const passedMicros = (timestampMicros - this.#heardMicros) >>> 0
    return passedMicros >= 1000 * (this.#askedAtMs - this.#heardMs)
  }

  close(): void {
    this.#askedAtMs = -1
  }
}
