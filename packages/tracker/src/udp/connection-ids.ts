import { createHash, randomFillSync } from 'node:crypto'
import { SipHash } from '../base/siphash.ts'
import type { Family } from '../store.ts'

/** BEP 15: a client uses a connection ID for one minute, and the tracker accepts it for two. */
const EPOCH_MS = 60_000

/**
 * Connection IDs (BEP 15), which prove that a client can receive at its address. They are a keyed
 * hash of the address and the minute, so that no state is kept, and processes with the same secret
 * accept each other's. The clocks of their machines may differ by up to a minute.
 */
export class ConnectionIds {
  #sip = new SipHash(randomFillSync(new Int32Array(4)))
  readonly #nowMs: () => number
  readonly #words = new Int32Array(6)

  /**
   * A clock in milliseconds: the wall clock if processes share a secret. The key is random until
   * there is a secret.
   */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** From now on makes and accepts the IDs of all processes with this secret. */
  share(secret: Uint8Array): void {
    const digest = createHash('sha256').update('shoal udp connection ids').update(secret).digest()
    this.#sip = new SipHash(Int32Array.from({ length: 4 }, (_, at) => digest.readInt32LE(4 * at)))
  }

  get high(): number {
    return this.#sip.high
  }

  get low(): number {
    return this.#sip.low
  }

  /** Sets `high` and `low` to the current ID for this address. */
  make(family: Family, address: Int32Array): void {
    this.#hash(family, address, this.#epoch())
  }

  isValid(family: Family, address: Int32Array, high: number, low: number): boolean {
    const epoch = this.#epoch()
    this.#hash(family, address, epoch)
    if (this.high === high && this.low === low) return true
    this.#hash(family, address, epoch - 1)
    if (this.high === high && this.low === low) return true
    // Made by a process whose clock is ahead.
    this.#hash(family, address, epoch + 1)
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
