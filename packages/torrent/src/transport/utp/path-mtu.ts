import type { IpFamily } from '../datagram.ts'

/** RFC 9000 section 14 relies on every path carrying this. */
const BASE_BYTES = 1200
/** RFC 791: what every IPv4 host accepts, 576 bytes, without the headers of IP and UDP. */
const LEAST_BYTES = { 4: 576 - 28, 6: 1280 - 48 }
/** Ethernet's 1,500 bytes without the headers of IP and UDP. */
export const MAX_DATAGRAM_BYTES = { 4: 1500 - 28, 6: 1500 - 48 }
/** The search ends when the possible gain is this small. */
const PRECISION_BYTES = 16
/** Time after which the path is probed again, since it may have changed. */
const REPEAT_MS = 10 * 60_000
/** After this many consecutive timeouts, large packets probably vanish. */
const BLACK_HOLE_TIMEOUTS = 2

/**
 * Finds the largest datagram that the path carries (RFC 8899). A probe is a normal packet with
 * padding, so its loss costs no data and does not count as congestion.
 */
export class PathMtu {
  /** The largest datagram that is known to arrive. */
  bytes: number
  readonly #family: IpFamily
  #ceiling: number
  #next: number
  #probing = 0
  #repeatAtMs = Number.POSITIVE_INFINITY

  constructor(family: IpFamily) {
    this.#family = family
    this.bytes = BASE_BYTES
    this.#ceiling = MAX_DATAGRAM_BYTES[family]
    // Most paths carry the largest.
    this.#next = this.#ceiling
  }

  /** Returns the size of the probe to send now; 0 for none. */
  probeBytes(nowMs: number): number {
    if (this.#probing > 0) return 0
    if (nowMs >= this.#repeatAtMs) {
      this.#ceiling = MAX_DATAGRAM_BYTES[this.#family]
      this.#next = this.#ceiling
      this.#repeatAtMs = Number.POSITIVE_INFINITY
    }
    return this.#next > this.bytes + 1 ? this.#next : 0
  }

  onProbeSent(): void {
    this.#probing = this.#next
  }

  onProbeArrived(nowMs: number): void {
    this.bytes = Math.max(this.bytes, this.#probing)
    this.#continue(nowMs)
  }

  onProbeLost(nowMs: number): void {
    this.#ceiling = Math.min(this.#ceiling, this.#probing - 1)
    this.#continue(nowMs)
  }

  /** `count`: consecutive timeouts. Returns whether packets became smaller. */
  onTimeout(count: number, nowMs: number): boolean {
    const smaller = this.bytes > BASE_BYTES ? BASE_BYTES : LEAST_BYTES[this.#family]
    if (count < BLACK_HOLE_TIMEOUTS || smaller >= this.bytes) return false
    this.#ceiling = this.bytes - 1
    this.bytes = smaller
    this.#next = 0
    this.#probing = 0
    this.#repeatAtMs = nowMs + REPEAT_MS
    return true
  }

  #continue(nowMs: number): void {
    this.#probing = 0
    this.#next =
      this.#ceiling - this.bytes < PRECISION_BYTES ? 0 : Math.ceil((this.bytes + this.#ceiling) / 2)
    if (this.#next === 0 && this.#ceiling < MAX_DATAGRAM_BYTES[this.#family])
      this.#repeatAtMs = nowMs + REPEAT_MS
  }
}
