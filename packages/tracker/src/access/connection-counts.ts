import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { FAMILY } from '../store.ts'

/**
 * Counts open connections, or peers, by address; an IPv6 /64 counts as one address, since it has
 * one owner. Each admitted one must be released.
 */
export class ConnectionCounts {
  readonly #most: number
  readonly #isMachineTrusted: boolean
  readonly #counts = new Map<string, number>()

  /** `most`: 0 for no limit. `isMachineTrusted`: true if this machine is not limited. */
  constructor(most: number, isMachineTrusted: boolean) {
    this.#most = most
    this.#isMachineTrusted = isMachineTrusted
  }

  /**
   * Counts one, or returns false if there are too many. `isDirect`: false if it may come through a
   * proxy or from a foreign page, which do not have this machine's rights.
   */
  admits(address: string, isDirect = true): boolean {
    const key = addressKey(address, isDirect)
    const count = this.#counts.get(key) ?? 0
    const isFree = this.#isMachineTrusted && key === MACHINE
    if (this.#most > 0 && count >= this.#most && !isFree) return false
    this.#counts.set(key, count + 1)
    return true
  }

  /** `isDirect`: as in the call of `admits`. */
  release(address: string, isDirect = true): void {
    const key = addressKey(address, isDirect)
    const count = this.#counts.get(key) ?? 0
    if (count <= 1) this.#counts.delete(key)
    else this.#counts.set(key, count - 1)
  }
}

const [MACHINE, THROUGH_MACHINE] = ['this machine', 'through this machine'] as const

function addressKey(address: string, isDirect: boolean): string {
  const words = new Int32Array(4)
  const family = readAddress(address, words)
  if (family === null) return address
  if (scopeOf(family, words) === SCOPE.machine) return isDirect ? MACHINE : THROUGH_MACHINE
  return family === FAMILY.ipv6 ? `${words[0]}/${words[1]}` : `${words[0]}`
}
