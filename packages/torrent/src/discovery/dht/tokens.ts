import { sha1 } from '#crypto'
import { concat, equalBytes } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'

// BEP 5: a secret that changes every five minutes; tokens up to ten minutes old are accepted.
const SECRET_MS = 5 * 60_000
const TOKEN_BYTES = 8

/**
 * Write tokens (BEP 5): a node must have received a response at its address before it can announce,
 * so it cannot announce others. A token is valid for one address and one key (as BEP 44 suggests).
 * No state is kept per token.
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

  /** Creates a token that lets a node at `ip` (4 or 16 bytes) write under `key`. */
  create(ip: Uint8Array, key: Uint8Array): Uint8Array {
    this.#rotate()
    return make(this.#secret, ip, key)
  }

  /**
   * Returns true if the token was created for this address and key in the last five to ten minutes.
   */
  accepts(token: Uint8Array, ip: Uint8Array, key: Uint8Array): boolean {
    this.#rotate()
    return [this.#secret, this.#previous].some(secret => equalBytes(token, make(secret, ip, key)))
  }

  #rotate(): void {
    const ageMs = this.#clock.nowMs() - this.#changedMs
    if (ageMs < SECRET_MS) return
    // After a long pause both secrets are too old.
    const recent = ageMs < 2 * SECRET_MS
    this.#previous = recent ? this.#secret : this.#random.bytes(20)
    this.#secret = this.#random.bytes(20)
    this.#changedMs = recent ? this.#changedMs + SECRET_MS : this.#clock.nowMs()
  }
}

function make(secret: Uint8Array, ip: Uint8Array, key: Uint8Array): Uint8Array {
  return sha1(concat([secret, ip, key])).slice(0, TOKEN_BYTES)
}
