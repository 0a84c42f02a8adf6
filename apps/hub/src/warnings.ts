/** Warnings of a running hub, each at most once an hour, since any client can cause them. */
import { isLocalAddress } from '@shoal/torrent/local-address'
import type { Logger } from 'pino'

const AGAIN_MS = 3_600_000
export class Warnings {
  readonly #log: Pick<Logger, 'warn'>
  readonly #nowMs: () => number
  readonly #loggedMs = new Map<string, number>()

  constructor(log: Pick<Logger, 'warn'>, nowMs: () => number = () => performance.now()) {
    this.#log = log
    this.#nowMs = nowMs
  }

  /** A request came through an unknown proxy. Its address is logged only if it is local, since another one may be a peer's. */
  unnamedProxy(address: string): void {
    if (!this.#isTime('proxy')) return
    const message =
      'Requests come through a proxy that --trusted-proxy does not name: all its clients count as one address, with the limits of one'
    this.#log.warn(isLocalAddress(address) ? { proxy: address } : {}, message)
  }

  storeFailed(error: unknown): void {
    if (this.#isTime('store'))
      this.#log.warn({ err: error }, 'The tracker fails: clients are asked to retry later')
  }

  #isTime(what: string): boolean {
    const nowMs = this.#nowMs()
    if (nowMs - (this.#loggedMs.get(what) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return false
    this.#loggedMs.set(what, nowMs)
    return true
  }
}
