import type { RoundTrip } from './round-trip.ts'
import { SlidingMinimum } from './sliding-minimum.ts'

/**
 * RFC 6817 section 3.3, BEP 29: target for the queueing delay that we cause. It must not exceed
 * 100 ms.
 */
export const TARGET_MICROS = 100_000
/** The queueing delay at which the window settles: lower, because it oscillates a little. */
const AIM_MICROS = 0.8 * TARGET_MICROS
/**
 * A shorter queue means that the link is not congested. Slow start ends above, because the window
 * doubles once more before the queue shows it.
 */
const SHORT_QUEUE_MICROS = TARGET_MICROS / 4
/**
 * Maximum growth of the window per round trip while the queue is empty; other clients use the
 * same.
 */
const GAIN_BYTES = 3000
/**
 * Remaining share of that growth at the target, where growth and decrease balance at the same
 * window for all connections.
 */
const LEAST_GAIN = 0.3
/**
 * Share of the window by which it grows per round trip after CALM_ROUNDS without a queue or a
 * loss.
 */
const CALM_GAIN = 1 / 16
const CALM_ROUNDS = 16
const CALM_QUEUE_MICROS = TARGET_MICROS / 10
/**
 * Share of an excessive queue by which the window shrinks per round trip. More would oscillate,
 * since the effect is seen a round trip later.
 */
const DECREASE = 0.5
/**
 * If there is always a queue, the base delay may include the queues of others, and we would drive
 * those others out. Sending next to nothing for a moment (LEDBAT++, "periodic slowdown") reveals
 * this. It takes about a tenth of the time.
 */
const SLOWDOWN_AFTER_MS = 10_000
/** The first ones come earlier: until then, a latecomer takes nearly all of the rate. */
const FIRST_PERIODS_MS = [1500, 2500, 5000]
const SLOWDOWN_PAUSE = 9
const SLOWDOWN_ROUND_TRIPS = 2
/**
 * Remaining share of the window after a loss; and after the loss of few packets without a queue,
 * as on a radio link.
 */
const LOSS_FACTOR = 0.5
const RANDOM_LOSS_FACTOR = 0.85
const RANDOM_LOSS_SHARE = 0.05
/**
 * RFC 6817 CURRENT_FILTER: the least of this many samples counts, because delays of single packets
 * say little.
 */
const FILTER_SAMPLES = 4
/** Accounts for timers and ACKs that were not sent at once. */
const CLOCK_SLACK_MICROS = 5000
/** Packets of the first window (RFC 6928 allows ten; RFC 6817 two). */
const FIRST_WINDOW_PACKETS = 4

/**
 * The congestion window of one direction of a connection: LEDBAT (RFC 6817). It fills an otherwise
 * idle link, and yields as soon as queues grow.
 */
export class Congestion {
  /** Bytes that may be in flight. */
  windowBytes: number
  /** Largest payload of a packet. */
  packetBytes: number
  /**
   * Whether the window, rather than a lack of data, has limited sending: a window that is not used
   * must not grow.
   */
  isLimiting = false
  readonly #roundTrip: RoundTrip
  readonly #base = new SlidingMinimum()
  readonly #recent: number[] = []
  #nextRecent = 0
  #thresholdBytes = Number.POSITIVE_INFINITY
  /**
   * The round: about one round trip. Its shortest queue decides, since a longer one may be a pause
   * of a busy machine.
   */
  #roundEndMs = 0
  #roundMicros = Number.POSITIVE_INFINITY
  #calmRounds = 0
  /** The shortest queue since the last slowdown. */
  #seenMicros = Number.POSITIVE_INFINITY
  #slowdownAtMs = 0
  #slowdownEndMs = 0
  /** Times between the slowdowns that have started. */
  #periods = 0

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

  /** Adds a one-way delay measured by the peer: the difference of two clocks, modulo 2^32. */
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
    this.#roundMicros = Math.min(this.#roundMicros, queueMicros)
    this.#seenMicros = Math.min(this.#seenMicros, queueMicros)
  }

  /** The peer received `bytes` more. */
  onAck(bytes: number, nowMs: number): void {
    if (nowMs >= this.#roundEndMs) this.#endRound(nowMs)
    if (nowMs < this.#slowdownEndMs) return
    const queueMicros = this.queueMicros
    if (this.isSlowStart && queueMicros > SHORT_QUEUE_MICROS) this.#endSlowStart()
    if (!this.isLimiting) return
    if (this.isSlowStart) {
      this.windowBytes += bytes
      return
    }
    const offTarget = Math.max(LEAST_GAIN, (AIM_MICROS - queueMicros) / AIM_MICROS)
    const gainBytes =
      this.#calmRounds < CALM_ROUNDS ? GAIN_BYTES : Math.max(GAIN_BYTES, this.windowBytes * CALM_GAIN)
    this.windowBytes += (gainBytes * offTarget * bytes) / this.windowBytes
  }

  /** Packets were lost. Call it at most once per round trip. `bytes`: number of lost bytes. */
  onLoss(bytes: number): void {
    this.#calmRounds = 0
    const isRandom = this.queueMicros < SHORT_QUEUE_MICROS && bytes <= RANDOM_LOSS_SHARE * this.windowBytes
    this.#shrink(this.windowBytes * (isRandom ? RANDOM_LOSS_FACTOR : LOSS_FACTOR))
  }

  /** Nothing was acknowledged in time: restarts with one packet. */
  onTimeout(): void {
    this.#calmRounds = 0
    this.#shrink(this.windowBytes / 2)
    this.windowBytes = this.packetBytes
  }

  #endRound(nowMs: number): void {
    const queueMicros = this.#roundMicros
    this.#roundMicros = Number.POSITIVE_INFINITY
    this.#roundEndMs = nowMs + this.#roundTrip.smoothedMs
    if (queueMicros === Number.POSITIVE_INFINITY) return
    this.#calmRounds = queueMicros < CALM_QUEUE_MICROS ? this.#calmRounds + 1 : 0
    if (nowMs >= this.#slowdownAtMs && this.#slowDown(nowMs)) return
    if (queueMicros <= AIM_MICROS) return
    // In proportion to the window: a constant decrease would take minutes to empty a queue.
    const excess = (queueMicros - AIM_MICROS) / 1000 / Math.max(1, this.#roundTrip.smoothedMs)
    this.#shrink(this.windowBytes * (1 - Math.min(DECREASE, DECREASE * excess)))
  }

  #endSlowStart(): void {
    // These bytes left a round trip ago, when the window was half as large.
    if (this.#thresholdBytes === Number.POSITIVE_INFINITY) this.#shrink(this.windowBytes / 2)
    else this.#thresholdBytes = this.windowBytes
  }

  /** Starts a slowdown if one is useful. */
  #slowDown(nowMs: number): boolean {
    const isUseful = this.#slowdownAtMs > 0 && this.#seenMicros > CALM_QUEUE_MICROS && !this.isSlowStart
    this.#seenMicros = Number.POSITIVE_INFINITY
    const afterMs = FIRST_PERIODS_MS[this.#periods++] ?? SLOWDOWN_AFTER_MS
    this.#slowdownAtMs = nowMs + afterMs
    if (!isUseful) return false
    this.#thresholdBytes = this.windowBytes
    const roundTripMs = this.#roundTrip.smoothedMs
    const rampRoundTrips = Math.log2(this.windowBytes / this.packetBytes)
    const tookMs = (SLOWDOWN_ROUND_TRIPS + rampRoundTrips) * roundTripMs
    this.#slowdownAtMs = nowMs + Math.max(afterMs, SLOWDOWN_PAUSE * tookMs)
    this.#slowdownEndMs = nowMs + SLOWDOWN_ROUND_TRIPS * roundTripMs
    this.windowBytes = 2 * this.packetBytes
    return true
  }

  #shrink(bytes: number): void {
    this.windowBytes = Math.max(bytes, 2 * this.packetBytes)
    this.#thresholdBytes = this.windowBytes
  }
}
