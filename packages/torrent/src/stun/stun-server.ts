import { parseIp, unmapIp } from '../base/ip.ts'
import { encodeStunResponse, parseStunRequest } from './stun-message.ts'

export { isStunRequest, MAX_STUN_BYTES } from './stun-message.ts'

const WINDOW_MS = 10_000
/**
 * A page sends one request for each offer and network interface, and several users may share an
 * address.
 */
const MAX_PER_ADDRESS = 200
/** The source of a datagram may be forged, so requests are also limited in total. */
const MAX_IN_ALL = 20_000
const MAX_ADDRESSES = 5000

/**
 * Answers STUN Binding requests (RFC 8489), so that pages and programs behind routers learn their
 * public address. Has no socket.
 */
export class StunServer {
  readonly #nowMs: () => number
  /** Requests in the current window by address, or by /64 of IPv6, which has one owner. */
  readonly #counts = new Map<string, number>()
  #window = Number.NaN
  #sum = 0
  /** Responses since the start. */
  answered = 0

  /** `nowMs`: monotonic milliseconds. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Returns the response to a datagram from an IP literal, or null if there is none. */
  answer(bytes: Uint8Array, host: string, port: number): Uint8Array | null {
    if (port === 0 || !this.#admits(host)) return null
    const request = parseStunRequest(bytes)
    const response = request && encodeStunResponse(request, host, port)
    if (response) this.answered++
    return response
  }

  #admits(host: string): boolean {
    const window = Math.floor(this.#nowMs() / WINDOW_MS)
    if (window !== this.#window) {
      this.#window = window
      this.#counts.clear()
      this.#sum = 0
    }
    const key = networkOf(host)
    const count = this.#counts.get(key) ?? 0
    if (count >= MAX_PER_ADDRESS || this.#sum >= MAX_IN_ALL) return false
    if (count === 0 && this.#counts.size >= MAX_ADDRESSES) return false
    this.#counts.set(key, count + 1)
    this.#sum++
    return true
  }
}

function networkOf(host: string): string {
  const ip = parseIp(host.replace(/%.*$/, ''))
  if (!ip) return host
  const own = unmapIp(ip)
  return String(own.length === 4 ? own : own.subarray(0, 8))
}
