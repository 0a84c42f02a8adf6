/** What a hub tells of while it runs, each at most once an hour: whoever asks can bring it about. */
import { AddressSet, readAddress } from '@shoal/tracker'
import type { Logger } from 'pino'

const AGAIN_MS = 3_600_000
const NEAR = new AddressSet([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
])

export class Warnings {
  readonly #log: Pick<Logger, 'warn'>
  readonly #nowMs: () => number
  readonly #toldMs = new Map<string, number>()

  constructor(log: Pick<Logger, 'warn'>, nowMs: () => number = () => performance.now()) {
    this.#log = log
    this.#nowMs = nowMs
  }

  /** A proxy that is not named asks for somebody. Its address is told when it is near: one from elsewhere may be that of a peer. */
  unnamedProxy(address: string): void {
    if (!this.#isTime('proxy')) return
    const message =
      'requests say that they come through a proxy which --trusted-proxy does not name: all behind it are taken for one peer, with the limits of one'
    this.#log.warn(isNear(address) ? { proxy: address } : {}, message)
  }

  storeFailed(error: unknown): void {
    if (this.#isTime('store'))
      this.#log.warn({ err: error }, 'the tracker fails: who asks is told to come later')
  }

  #isTime(what: string): boolean {
    const nowMs = this.#nowMs()
    if (nowMs - (this.#toldMs.get(what) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return false
    this.#toldMs.set(what, nowMs)
    return true
  }
}

function isNear(address: string): boolean {
  const words = new Int32Array(4)
  const family = readAddress(address, words)
  return family !== null && NEAR.has(family, words)
}
