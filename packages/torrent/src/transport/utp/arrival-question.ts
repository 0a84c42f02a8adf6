import type { UtpPacket } from './utp-packet.ts'

/**
 * Probes which packets have reached the peer, because long packets seem to vanish on the path.
 * Nothing else is sent until it answers. A delayed ACK does not count: by the clock of the peer,
 * too, as much time must have passed since its last packet as passed locally before the probe.
 */
export class ArrivalQuestion {
  /** The probe is useless until something arrives: the peer has a part of the data in flight. */
  isUseless = false
  #askedAtMs = -1
  /** Arrival time of the last packet before the probe, and its timestamp. */
  #heardMs = 0
  #heardMicros = 0

  get isOpen(): boolean {
    return this.#askedAtMs >= 0
  }

  ask(nowMs: number): void {
    this.#askedAtMs = nowMs
  }

  /** The peer sent a packet before the probe. */
  onHeard({ timestampMicros }: UtpPacket, nowMs: number): void {
    this.#heardMs = nowMs
    this.#heardMicros = timestampMicros
  }

  /** Whether the peer sent a packet after the probe. */
  isAnswer({ timestampMicros }: UtpPacket): boolean {
    const passedMicros = (timestampMicros - this.#heardMicros) >>> 0
    return passedMicros >= 1000 * (this.#askedAtMs - this.#heardMs)
  }

  close(): void {
    this.#askedAtMs = -1
  }
}
