import { randomFillSync } from 'node:crypto'
import { SipHash } from '../base/siphash.ts'
import type { Family } from '../store.ts'

/** BEP 15: a client uses a connection ID for a minute; the tracker takes it for two. */
const EPOCH_MS = 60_000

/**
 * Connection IDs of BEP 15: a keyed hash over address and minute, so that only who can receive at an address can announce from it, and nothing is
 * remembered. The key is drawn at each start.
 */
export class ConnectionIds {
  readonly #sip = new SipHash(randomFillSync(new Int32Array(4)))
  readonly #nowMs: () => number
  readonly #words = new Int32Array(6)

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get high(): number {
    return this.#sip.high
  }

  get low(): number {
    return this.#sip.low
  }

  /** Afterwards `high` and `low` are the ID for this address, now. */
  make(family: Family, address: Int32Array): void {
    this.#hash(family, address, this.#epoch())
  }

  isValid(family: Family, address: Int32Array, high: number, low: number): boolean {
    const epoch = this.#epoch()
    this.#hash(family, address, epoch)
    if (this.high === high && this.low === low) return true
    this.#hash(family, address, epoch - 1)
    return this.high === high && this.low === low
  }

  #epoch(): number {
    return Math.floor(this.#nowMs() / EPOCH_MS)
  }

  #hash(family: Family, address: Int32Array, epoch: number): void {
    const words = this.#words
    words[0] = (epoch << 2) | family
    words[1] = address[0]!
    if (family === 0) return this.#sip.hash(words, 2)
    words[2] = address[1]!
    words[3] = address[2]!
    words[4] = address[3]!
    words[5] = 0
    this.#sip.hash(words, 6)
  }
}
