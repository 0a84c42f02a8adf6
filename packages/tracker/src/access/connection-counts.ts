import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { FAMILY } from '../store.ts'

/** Open connections by address. What counts one more must count it off again. Whoever has an IPv6 address has 2^64: they count as one. */
export class ConnectionCounts {
  readonly #most: number
  readonly #isMachineTrusted: boolean
  readonly #counts = new Map<string, number>()

  /** `most`: 0 for no limit. `isMachineTrusted`: whether this machine has none. */
  constructor(most: number, isMachineTrusted: boolean) {
    this.#most = most
    this.#isMachineTrusted = isMachineTrusted
  }

  /** False, and nothing is counted, when it is one too many. `isItself`: false when it may be a proxy's or a page's, which are nothing to this machine. */
  admits(address: string, isItself = true): boolean {
    const key = keyOf(address, isItself)
    const count = this.#counts.get(key) ?? 0
    const isFree = this.#isMachineTrusted && key === MACHINE
    if (this.#most > 0 && count >= this.#most && !isFree) return false
    this.#counts.set(key, count + 1)
    return true
  }

  /** `isItself` as it was admitted. */
  release(address: string, isItself = true): void {
    const key = keyOf(address, isItself)
    const count = this.#counts.get(key) ?? 0
    if (count <= 1) this.#counts.delete(key)
    else this.#counts.set(key, count - 1)
  }
}

const [MACHINE, BY_MACHINE] = ['this machine', 'somebody by way of it'] as const

function keyOf(address: string, isItself: boolean): string {
  const words = new Int32Array(4)
  const family = readAddress(address, words)
  if (family === null) return address
  if (scopeOf(family, words) === SCOPE.machine) return isItself ? MACHINE : BY_MACHINE
  return family === FAMILY.ipv6 ? `${words[0]}/${words[1]}` : `${words[0]}`
}
