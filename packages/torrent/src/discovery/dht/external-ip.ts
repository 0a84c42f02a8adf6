import { equalBytes } from '../../base/bytes.ts'
import { ipNeighborhood } from '../../base/ip-owner.ts'
import { isLocalIp } from '../../base/local-address.ts'
import { type Endpoint, isUnicast } from './contact.ts'

/** Number of recent votes that count. */
const MAX_VOTES = 32
/**
 * Votes that must agree, besides being more than half of those that count, so that one liar or one
 * network decides nothing (BEP 42).
 */
const QUORUM = 6

/**
 * Determines our public address from what other nodes see (BEP 42, "Bootstrapping"). Each network
 * has one vote.
 */
export class ExternalIp {
  /** Votes by network, in order of time. */
  readonly #votes = new Map<string, Uint8Array>()
  #current: Uint8Array | null = null

  /** The address that nodes agree on, 4 or 16 bytes; null while unknown. */
  get current(): Uint8Array | null {
    return this.#current
  }

  /** Counts the vote of a node that answered us. Returns true if the address has changed. */
  vote(voter: Endpoint, seenIp: Uint8Array): boolean {
    const network = ipNeighborhood(voter.ip)
    // A node in the local network does not see our public address.
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
