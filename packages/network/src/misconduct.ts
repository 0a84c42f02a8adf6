/** Offenses for which nodes are scored down, and budgets that tell a flood from an accident. */
import type { Clock } from '@shoal/torrent'
import { ipNeighborhood } from '@shoal/torrent/base'

/**
 * Why a node is scored down. `bad-message`: it broke the protocol or a limit. `forged`: a signature is wrong, or it speaks for another. `replayed`: it sent what was
 * replaced or is over. `flood`: it, or its network, sent more than is looked at. `unasked`: it answered with what nobody asked for.
 */
export type Misconduct = 'bad-message' | 'forged' | 'replayed' | 'flood' | 'unasked'

/** Scores a node down. `ip`: the 4 or 16 bytes of the address of its connection, or null. */
export type ReportMisconduct = (id: Uint8Array, ip: Uint8Array | null, reason: Misconduct) => void

const MAX_BUDGETS = 4096

interface Budget {
  left: number
  sinceMs: number
}

/** An amount for each /24 or /48: so much at once, and so much in a second. Local addresses share one. */
export class NetworkBudgets {
  readonly #clock: Clock
  readonly #burst: number
  readonly #perSecond: number
  readonly #budgets = new Map<string | null, Budget>()

  constructor(clock: Clock, { burst, perSecond }: { readonly burst: number; readonly perSecond: number }) {
    this.#clock = clock
    this.#burst = burst
    this.#perSecond = perSecond
  }

  /** Takes an amount. Returns false, and takes nothing, if there is less. */
  take(ip: Uint8Array | null, amount = 1): boolean {
    const now = this.#clock.nowMs()
    const neighborhood = ip && ipNeighborhood(ip)
    const { left, sinceMs } = this.#budgets.get(neighborhood) ?? { left: this.#burst, sinceMs: now }
    const there = Math.min(this.#burst, left + ((now - sinceMs) / 1000) * this.#perSecond)
    const isEnough = there >= amount
    this.#budgets.set(neighborhood, { left: isEnough ? there - amount : there, sinceMs: now })
    // The one that came first goes first: by then it is probably full again.
    if (this.#budgets.size > MAX_BUDGETS) this.#budgets.delete(this.#budgets.keys().next().value!)
    return isEnough
  }
}
