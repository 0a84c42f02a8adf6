/** Offenses for which nodes are scored down, and budgets that tell a flood from an accident. */
import type { Clock } from '@shoal/torrent'
import { ipNeighborhood, latin1 } from '@shoal/torrent/base'

/**
 * Reason for scoring a node down. `bad-message`: it broke the protocol or a limit. `forged`: a
 * signature is invalid, or it speaks for another node. `replayed`: it sent something replaced or
 * expired. `flood`: it sent more than is processed. `unasked`: its answer was not requested.
 */
export type Misconduct = 'bad-message' | 'forged' | 'replayed' | 'flood' | 'unasked'

/** Scores a node down. `ip`: the address of its connection, 4 or 16 bytes, or null. */
export type ReportMisconduct = (id: Uint8Array, ip: Uint8Array | null, reason: Misconduct) => void

const MAX_BUDGETS = 4096

/** Token bucket: an amount at once, and an amount per second. */
export interface Allowance {
  readonly burst: number
  readonly perSecond: number
}

interface Budget {
  left: number
  sinceMs: number
}

/** One allowance per key. */
export class Budgets {
  readonly #clock: Clock
  readonly #allowance: Allowance
  readonly #budgets = new Map<string | null, Budget>()

  constructor(clock: Clock, allowance: Allowance) {
    this.#clock = clock
    this.#allowance = allowance
  }

  /** Takes an amount. Returns false and takes nothing if less is available. */
  take(key: string | null, amount: number): boolean {
    const left = this.#left(key)
    const isEnough = left >= amount
    this.#set(key, isEnough ? left - amount : left)
    return isEnough
  }

  /**
   * Takes an amount even if less is available; nothing is then available until the debt is
   * refilled.
   */
  charge(key: string | null, amount: number): void {
    this.#set(key, this.#left(key) - amount)
  }

  #left(key: string | null): number {
    const { burst, perSecond } = this.#allowance
    const budget = this.#budgets.get(key)
    if (!budget) return burst
    return Math.min(burst, budget.left + ((this.#clock.nowMs() - budget.sinceMs) / 1000) * perSecond)
  }

  #set(key: string | null, left: number): void {
    this.#budgets.set(key, { left, sinceMs: this.#clock.nowMs() })
    // Evicts the oldest, which is probably full again.
    if (this.#budgets.size > MAX_BUDGETS) this.#budgets.delete(this.#budgets.keys().next().value!)
  }
}

/** One allowance per /24 or /48. Local addresses share one. */
export class NetworkBudgets {
  readonly #budgets: Budgets

  constructor(clock: Clock, allowance: Allowance) {
    this.#budgets = new Budgets(clock, allowance)
  }

  /** Takes an amount. Returns false and takes nothing if less is available. */
  take(ip: Uint8Array | null, amount = 1): boolean {
    return this.#budgets.take(ip && ipNeighborhood(ip), amount)
  }

  /** Takes an amount even if less is available. */
  charge(ip: Uint8Array | null, amount: number): void {
    this.#budgets.charge(ip && ipNeighborhood(ip), amount)
  }
}

/**
 * One allowance per /24 or /48, and the same per identity: an identity that exceeds it alone is a
 * flood, while one whose neighbors have used it up is only refused. Otherwise anyone could get
 * their neighbors, or everyone behind the same proxy, scored down.
 */
export class SenderBudgets {
  readonly #networks: NetworkBudgets
  readonly #identities: Budgets

  constructor(clock: Clock, allowance: Allowance) {
    this.#networks = new NetworkBudgets(clock, allowance)
    this.#identities = new Budgets(clock, allowance)
  }

  /**
   * Takes an amount. Returns why it was refused, or null. Refused amounts count for the identity,
   * which should not retry at once.
   */
  refuses(id: Uint8Array, ip: Uint8Array | null, amount = 1): 'flood' | 'busy' | null {
    if (!this.#identities.take(latin1(id), amount)) return 'flood'
    return this.#networks.take(ip, amount) ? null : 'busy'
  }

  /** Takes an amount even if less is available. */
  charge(id: Uint8Array, ip: Uint8Array | null, amount: number): void {
    this.#identities.charge(latin1(id), amount)
    this.#networks.charge(ip, amount)
  }
}
