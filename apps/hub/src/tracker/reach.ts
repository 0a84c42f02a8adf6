/**
 * Tests whether a node is reachable: the hub connects back to the requester's address, and to no
 * other.
 */
import { get } from 'node:http'
import type { PageAnswer, PageCaller } from '@shoal/tracker'

/** `/reach/PORT/NONCE`: the node answers `GET /reach/NONCE`. */
const ASKED = /^\/reach\/(\d{1,5})\/([\w-]{22})$/
const TIMEOUT_MS = 5000
/** Per address, and in total. */
const [PER_MINUTE, AT_ONCE] = [6, 20] as const
const MAX_ADDRESSES = 10_000

/** Connects to `http://address:port/reach/nonce`. Resolves to whether it answered. */
export type Connect = (address: string, port: number, nonce: string) => Promise<boolean>

export class ReachChecks {
  readonly #connect: Connect
  readonly #now: () => number
  readonly #counts = new Map<string, number>()
  #minute = 0
  #running = 0

  constructor(connect: Connect = connectBack, now: () => number = Date.now) {
    this.#connect = connect
    this.#now = now
  }

  /**
   * Returns null for other paths. Connects to public addresses only, so that the hub cannot be used
   * to probe its network.
   */
  async answer(path: string, { address, isDirect, isWorld }: PageCaller): Promise<PageAnswer | null> {
    const [, digits, nonce] = ASKED.exec(path) ?? []
    if (digits === undefined || nonce === undefined) return null
    const port = Number(digits)
    if (!isDirect || !isWorld || port < 1 || port > 65_535)
      return refuse(403, 'Only addresses of the internet are tested, without an unknown proxy\n')
    if (!this.#admits(address)) return refuse(429, 'Too many tests: try again in a minute\n')
    this.#running++
    try {
      const reached = await this.#connect(address, port, nonce)
      return {
        status: 200,
        headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
        body: `${JSON.stringify({ address, port, reached })}\n`,
      }
    } finally {
      this.#running--
    }
  }

  #admits(address: string): boolean {
    const minute = Math.floor(this.#now() / 60_000)
    if (minute !== this.#minute) this.#counts.clear()
    this.#minute = minute
    const count = this.#counts.get(address) ?? 0
    if (this.#running >= AT_ONCE || count >= PER_MINUTE || this.#counts.size >= MAX_ADDRESSES) return false
    this.#counts.set(address, count + 1)
    return true
  }
}

function refuse(status: number, body: string): PageAnswer {
  return { status, headers: { 'Cache-Control': 'no-store' }, body }
}

function connectBack(address: string, port: number, nonce: string): Promise<boolean> {
  return new Promise(resolve => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const request = get({ host: address, port, path: `/reach/${nonce}`, agent: false, signal }, response => {
      resolve(response.statusCode === 200)
      response.destroy()
    })
    request.on('error', () => resolve(false))
  })
}
