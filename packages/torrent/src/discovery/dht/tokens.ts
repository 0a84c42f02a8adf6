import { sha1 } from '#crypto'
import { concat, equalBytes } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'

// BEP 5: a secret that changes every five minutes; tokens up to ten minutes old are accepted.
const SECRET_MS = 5 * 60_000
const TOKEN_BYTES = 8

/**
 * Write tokens: whoever announces must first have received an answer at its address (BEP 5), so nobody can announce another. A token
 * holds for one address and one key (as BEP 44 suggests for its own). Nothing is remembered for each token.
 */
export class Tokens {
  readonly #clock: Clock
  readonly #random: Random
  #secret: Uint8Array
  #previous: Uint8Array
  #changedMs: number

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
    this.#secret = random.bytes(20)
    this.#previous = random.bytes(20)
    this.#changedMs = clock.nowMs()
  }

  /** The token for a node at `ip` (4 or 16 bytes) that may then write under `key`. */
  create(ip: Uint8Array, key: Uint8Array): Uint8Array {
    this.#rotate()
    return make(this.#secret, ip, key)
  }

  /** Whether the token was given to this address for this key in the last five to ten minutes. */
  accepts(token: Uint8Array, ip: Uint8Array, key: Uint8Array): boolean {
    this.#rotate()
    return [this.#secret, this.#previous].some(secret => equalBytes(token, make(secret, ip, key)))
  }

  #rotate(): void {
    const ageMs = this.#clock.nowMs() - this.#changedMs
    if (ageMs < SECRET_MS) return
    // After a long silence both secrets are too old.
    const recent = ageMs < 2 * SECRET_MS
    this.#previous = recent ? this.#secret : this.#random.bytes(20)
    this.#secret = this.#random.bytes(20)
    this.#changedMs = recent ? this.#changedMs + SECRET_MS : this.#clock.nowMs()
  }
}

function make(secret: Uint8Array, ip: Uint8Array, key: Uint8Array): Uint8Array {
  return sha1(concat([secret, ip, key])).slice(0, TOKEN_BYTES)
}
