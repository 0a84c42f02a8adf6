import type { RoundTrip } from './round-trip.ts'
import { SlidingMinimum } from './sliding-minimum.ts'

/** RFC 6817 section 3.3, BEP 29: the queue that we allow ourselves to cause. It must not exceed 100 ms. */
export const TARGET_MICROS = 100_000
/** The delay at which slow start ends: the window doubles once more before the queue shows it. */
const SLOW_START_EXIT_MICROS = TARGET_MICROS / 4
/** RFC 6817: the window grows by at most this many packets per round trip. */
const GAIN_PACKETS = 1
/** The largest share of the window that is given up per round trip because of delay. */
const MAX_DECREASE = 0.5
/** RFC 6817 CURRENT_FILTER: the least of this many samples counts, because delays of single packets say little. */
const FILTER_SAMPLES = 4
/** Accounts for timers and ACKs that were not sent at once. */
const CLOCK_SLACK_MICROS = 5000

/** Packets of the first window (RFC 6928 allows ten; RFC 6817 two). */
const FIRST_WINDOW_PACKETS = 4

/**
 * The congestion window of one direction of a connection: LEDBAT (RFC 6817). It fills a link that nobody else uses, and gives way as soon as
 * queues grow.
 */
export class Congestion {
  /** Bytes that may be in flight. */
  windowBytes: number
  /** Largest payload of a packet. */
  packetBytes: number
  /** Whether the window, rather than a lack of data, has limited sending: a window that is not used must not grow. */
  isLimiting = false
  readonly #roundTrip: RoundTrip
  readonly #base = new SlidingMinimum()
  readonly #recent: number[] = []
  #nextRecent = 0
  #thresholdBytes = Number.POSITIVE_INFINITY

  constructor(roundTrip: RoundTrip, packetBytes: number) {
    this.#roundTrip = roundTrip
    this.packetBytes = packetBytes
    this.windowBytes = FIRST_WINDOW_PACKETS * packetBytes
  }

  get isSlowStart(): boolean {
    return this.windowBytes < this.#thresholdBytes
  }

  /** The delay that queues add at present, in microseconds; 0 if it is unknown. */
  get queueMicros(): number {
    return this.#recent.length === 0 ? 0 : Math.min(...this.#recent)
  }

  /** Adds a one-way delay that the peer measured: the difference of two clocks, modulo 2^32. */
  onDelay(differenceMicros: number, nowMs: number): void {
    this.#base.add(differenceMicros, nowMs)
    let queueMicros = (differenceMicros - this.#base.least) >>> 0
    const { latestMs, leastMs } = this.#roundTrip
    // A queue delays the round trip by as much. If it did not, a clock was set, or it drifts.
    const mostMicros = Math.max(0, latestMs - leastMs) * 1000 + CLOCK_SLACK_MICROS
    if (latestMs > 0 && queueMicros > mostMicros) {
      this.#base.reset((differenceMicros - Math.round(mostMicros)) >>> 0, nowMs)
      queueMicros = mostMicros
    }
    this.#recent[this.#nextRecent] = queueMicros
    this.#nextRecent = (this.#nextRecent + 1) % FILTER_SAMPLES
  }

  /** The peer received `bytes` more. */
  onAck(bytes: number): void {
    const queueMicros = this.queueMicros
    if (this.isSlowStart && queueMicros > SLOW_START_EXIT_MICROS) {
      // These bytes left a round trip ago, when the window was half as large.
      this.#shrink(this.windowBytes / 2)
      return
    }
    if (queueMicros > TARGET_MICROS) {
      const excess = (queueMicros - TARGET_MICROS) / TARGET_MICROS
      // In proportion to the window, as in LEDBAT++: a constant decrease would take minutes to empty a queue.
      this.#shrink(this.windowBytes - bytes * Math.min(MAX_DECREASE, excess))
      return
    }
    if (!this.isLimiting) return
    if (this.isSlowStart) {
      this.windowBytes += bytes
      return
    }
    const offTarget = (TARGET_MICROS - queueMicros) / TARGET_MICROS
    this.windowBytes += (GAIN_PACKETS * offTarget * bytes * this.packetBytes) / this.windowBytes
  }

  /** A packet was lost. Call it at most once per round trip. */
  onLoss(): void {
    this.#shrink(this.windowBytes / 2)
  }

  /** Nothing was acknowledged in time: begins again with one packet. */
  onTimeout(): void {
    this.#shrink(this.windowBytes / 2)
    this.windowBytes = this.packetBytes
  }

  #shrink(bytes: number): void {
    this.windowBytes = Math.max(bytes, 2 * this.packetBytes)
    this.#thresholdBytes = this.windowBytes
  }
}
