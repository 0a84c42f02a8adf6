/** Routers forget a mapping after 30 seconds without packets. */
const KEEP_ALIVE_MS = 29_000
/** A peer that sends nothing at all is gone: clients send a message at least every two minutes (BEP 3). */
const IDLE_MS = 180_000
/** Time limit of a graceful close, and of waiting until the peer has acknowledged our FIN. */
const LINGER_MS = 3000

/** When a connection has to send a sign of life, and when it is over. */
export class UtpTimes {
  /** When the last packets were sent and received. */
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

  /** Whether the peer was silent for so long that it is gone. */
  isPeerGone(nowMs: number): boolean {
    return nowMs - this.receivedMs >= IDLE_MS
  }

  isKeepAliveDue(nowMs: number): boolean {
    return nowMs >= this.sentMs + KEEP_ALIVE_MS
  }

  /** When the first of these occurs, if nothing is sent or received until then. */
  get nextMs(): number {
    const idleAtMs = Math.min(this.sentMs + KEEP_ALIVE_MS, this.receivedMs + IDLE_MS)
    return Math.min(idleAtMs, this.#lingerAtMs)
  }
}
