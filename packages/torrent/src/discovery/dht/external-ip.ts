import { equalBytes } from '../../base/bytes.ts'
import { isLocalIp } from '../../base/local-address.ts'
import { type Endpoint, isUnicast, neighbourKey } from './contact.ts'

/** So many of the latest votes count. */
const MAX_VOTES = 32
/** So many must agree, and more than half of those that count: one liar, or one network of them, decides nothing (BEP 42). */
const QUORUM = 6

/** Our public address, from what nodes say they see (BEP 42, "Bootstrapping"). Each network of theirs has one vote. */
export class ExternalIp {
  /** The latest last. */
  readonly #votes = new Map<string, Uint8Array>()
  #current: Uint8Array | null = null

  /** The address that nodes agree on: 4 or 16 bytes; null while unknown. */
  get current(): Uint8Array | null {
    return this.#current
  }

  /** Takes the vote of a node that answered us. True when that changed the address. */
  vote(voter: Endpoint, seenIp: Uint8Array): boolean {
    const network = neighbourKey(voter)
    // What a node of the local network sees is not what the world sees.
    if (network === null || seenIp.length !== voter.ip.length || isLocalIp(seenIp) || !isUnicast(seenIp)) {
      return false
    }
    this.#votes.delete(network)
    this.#votes.set(network, seenIp)
    if (this.#votes.size > MAX_VOTES) this.#votes.delete(this.#votes.keys().next().value!)
    if (this.#current && equalBytes(this.#current, seenIp)) return false
    let agree = 0
    for (const ip of this.#votes.values()) if (equalBytes(ip, seenIp)) agree++
    if (agree < QUORUM || agree * 2 <= this.#votes.size) return false
    this.#current = seenIp
    return true
  }
}
