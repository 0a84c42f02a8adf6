/** Warnings of a running hub, each at most once an hour, since any client can cause them. */
import { describeFailure } from '@shoal/daemon/failure'
import { isLocalAddress } from '@shoal/torrent/local-address'
import type { HubLog } from '../kernel/log.ts'

const AGAIN_MS = 3_600_000
export class Warnings {
  readonly #log: Pick<HubLog, 'warn'>
  readonly #nowMs: () => number
  readonly #loggedMs = new Map<string, number>()

  constructor(log: Pick<HubLog, 'warn'>, nowMs: () => number = () => performance.now()) {
    this.#log = log
    this.#nowMs = nowMs
  }

  /**
   * Warns of a request through an unknown proxy. Logs its address only if it is local, since
   * another one may be a peer's.
   */
  unnamedProxy(address: string): void {
    if (!this.#isTime('proxy')) return
    const message =
      'Requests come through a proxy that --trusted-proxy does not name: all its clients count as one address, with the limits of one'
    this.#log.warn(message, isLocalAddress(address) ? { proxy: address } : {})
  }

  storeFailed(error: unknown): void {
    if (this.#isTime('store'))
      this.#log.warn('The tracker fails: clients are asked to retry later', {
        error: describeFailure(error).message,
      })
  }

  databaseFailed(error: unknown): void {
    if (this.#isTime('database'))
      this.#log.warn(
        'The database fails: passkeys that are not known yet are refused, and traffic is counted later',
        {
          error: describeFailure(error).message,
        },
      )
  }

  #isTime(what: string): boolean {
    const nowMs = this.#nowMs()
    if (nowMs - (this.#loggedMs.get(what) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return false
    this.#loggedMs.set(what, nowMs)
    return true
  }
}
