/** Interval between keep-alives: routers forget a mapping after 30 seconds without packets. */
const KEEP_ALIVE_MS = 29_000
/**
 * Time of silence after which a peer is considered dead: clients send a message at least every two
 * minutes (BEP 3).
 */
const IDLE_MS = 180_000
/** Time limit of a graceful close, and of waiting until the peer has acknowledged our FIN. */
const LINGER_MS = 3000

/** Determines when a connection has to send a keep-alive, and when it is over. */
export class UtpTimes {
  /** Times at which the last packets were sent and received. */
  sentMs: number
  receivedMs: number
  #lingerAtMs = Number.POSITIVE_INFINITY

  constructor(nowMs: number) {
    this.sentMs = nowMs
    this.receivedMs = nowMs
  }

  /** The connection is to end. */
  linger(nowMs: number): void {
    this.#lingerAtMs = Math.min(this.#lingerAtMs, nowMs + LINGER_MS)
  }

  hasLingered(nowMs: number): boolean {
    return nowMs >= this.#lingerAtMs
  }

  /** Whether the peer was silent for so long that it is considered dead. */
  isPeerGone(nowMs: number): boolean {
    return nowMs - this.receivedMs >= IDLE_MS
  }

  isKeepAliveDue(nowMs: number): boolean {
    return nowMs >= this.sentMs + KEEP_ALIVE_MS
  }

  /** Time of the first of these events, if nothing is sent or received until then. */
  get nextMs(): number {
    const idleAtMs = Math.min(this.sentMs + KEEP_ALIVE_MS, this.receivedMs + IDLE_MS)
    return Math.min(idleAtMs, this.#lingerAtMs)
  }
}
