import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { HostLink } from './memory-link.ts'

/** A host's wire for datagrams. Each direction has its own rate and queue. */
export interface DatagramLink extends HostLink {
  /** Added to the latency, from 0 up to this at random, without changing the order. Default 0. */
  readonly jitterMs?: number
  /** Share of datagrams that are lost, 0 to 1. Default 0. */
  readonly loss?: number
  /**
   * Share of datagrams that take `REORDER_MS` longer, so that others overtake them, 0 to 1. Default
   * 0.
   */
  readonly reorder?: number
  /**
   * Bytes that wait for a wire with a limited rate; datagrams that come when it is full are lost.
   * Default 64 KiB.
   */
  readonly queueBytes?: number
  /**
   * Largest datagram that passes, without IP and UDP headers; larger ones vanish without notice.
   * Default 65507.
   */
  readonly mtuBytes?: number
  /** `mtuBytes` applies only after this many milliseconds: the path narrows. Default 0. */
  readonly narrowsMs?: number
}

/** IPv4 and UDP headers, which a wire carries with each datagram. */
const HEADER_BYTES = 28
const REORDER_MS = 30

/** One direction of a wire: a queue that drops datagrams when full. */
class Direction {
  readonly #bytesPerMs: number
  readonly #queueBytes: number
  #freeAtMs = 0

  constructor(bytesPerSecond: number | undefined, queueBytes: number) {
    this.#bytesPerMs = (bytesPerSecond ?? Number.POSITIVE_INFINITY) / 1000
    this.#queueBytes = queueBytes
  }

  /**
   * Returns when the last byte of a datagram that comes at `atMs` has passed, or null if the queue
   * is full.
   */
  pass(bytes: number, atMs: number): number | null {
    if (this.#bytesPerMs === Number.POSITIVE_INFINITY) return atMs
    const waitMs = Math.max(0, this.#freeAtMs - atMs)
    if (waitMs * this.#bytesPerMs > this.#queueBytes) return null
    this.#freeAtMs = atMs + waitMs + (bytes + HEADER_BYTES) / this.#bytesPerMs
    return this.#freeAtMs
  }
}

/** The wire of one host of a MemoryDatagramNetwork. */
export class MemoryWire {
  /** An unplugged host sends and receives nothing. */
  plugged = true
  readonly #clock: Clock
  readonly #random: Random
  readonly #link: DatagramLink
  readonly #sinceMs: number
  readonly #up: Direction
  readonly #down: Direction
  #lastArrivalMs = 0

  constructor(clock: Clock, random: Random, link: DatagramLink) {
    this.#clock = clock
    this.#random = random
    this.#link = link
    this.#sinceMs = clock.nowMs()
    const { uploadBytesPerSecond, downloadBytesPerSecond, queueBytes = 64 * 1024 } = link
    this.#up = new Direction(uploadBytesPerSecond, queueBytes)
    this.#down = new Direction(downloadBytesPerSecond, queueBytes)
  }

  /**
   * Sends a datagram of this length. Returns when it has left the host and its access network, or
   * null if it is lost on the way.
   */
  leave(bytes: number): number | null {
    const { loss = 0 } = this.#link
    if (!this.plugged || this.#isTooLong(bytes) || this.#isHit(loss)) return null
    const leftMs = this.#up.pass(bytes, this.#clock.nowMs())
    return leftMs === null ? null : leftMs + this.#delayMs()
  }

  /**
   * Receives a datagram that reaches the host's access network at `atMs`; calls `deliver` when it
   * arrives, unless it is lost.
   */
  arrive(bytes: number, atMs: number, deliver: () => void): void {
    const nowMs = this.#clock.nowMs()
    this.#clock.after(atMs - nowMs, () => {
      const { latencyMs = 0 } = this.#link
      if (!this.plugged || this.#isTooLong(bytes)) return
      const passedMs = this.#down.pass(bytes, this.#clock.nowMs())
      if (passedMs !== null)
        this.#clock.after(passedMs - this.#clock.nowMs() + latencyMs, () => this.plugged && deliver())
    })
  }

  #isTooLong(bytes: number): boolean {
    const { mtuBytes = 65_507, narrowsMs = 0 } = this.#link
    return bytes > mtuBytes && this.#clock.nowMs() - this.#sinceMs >= narrowsMs
  }

  #delayMs(): number {
    const { latencyMs = 0, jitterMs = 0, reorder = 0 } = this.#link
    if (this.#isHit(reorder)) return latencyMs + REORDER_MS
    const arrivalMs = this.#clock.nowMs() + latencyMs + (jitterMs > 0 ? this.#random.below(jitterMs + 1) : 0)
    this.#lastArrivalMs = Math.max(arrivalMs, this.#lastArrivalMs)
    return this.#lastArrivalMs - this.#clock.nowMs()
  }

  #isHit(share: number): boolean {
    return share > 0 && this.#random.below(2 ** 32) < share * 2 ** 32
  }
}
