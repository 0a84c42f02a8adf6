import type { Clock } from '../base/clock.ts'
import { canonicalIp, familyOf, formatIp, parseIp, unmapIp } from '../base/ip.ts'
import { isLocalIp } from '../base/local-address.ts'
import type { Arrival, SessionStats } from '../session-api.ts'
import type { OwnAddresses } from '../swarm/swarm-context.ts'
import type { Connection, PeerAddress } from '../transport/transport.ts'
import { peerPriority } from './peer-priority.ts'

export type IpFamily = 4 | 6

/** Number of recent votes that count, by family. */
const MAX_VOTES = 32
/**
 * Number of networks that must agree, in addition to a majority, so that one liar decides nothing.
 */
const QUORUM = 3

export interface ExternalAddressesOptions {
  /** The port at which a peer with this address dials us. */
  port(host: string): number
  readonly isAnonymous: boolean
  readonly clock: Pick<Clock, 'unixMs'>
}

/** Other sources of our address, the most reliable first. */
export type AddressTeller = 'dht' | 'router' | 'tracker'
const TELLERS: readonly AddressTeller[] = ['dht', 'router', 'tracker']

/**
 * Our addresses as others see them: the one that peers of several networks agree on (`yourip`, BEP
 * 10), or else the one reported by the DHT (BEP 42), the router or a tracker (BEP 24).
 */
export class ExternalAddresses implements OwnAddresses {
  readonly #options: ExternalAddressesOptions
  /** Address by the network of the peer that saw it, in order of time. */
  readonly #votes: Record<IpFamily, Map<string, string>> = { 4: new Map(), 6: new Map() }
  readonly #told: Record<IpFamily, Map<AddressTeller, string>> = { 4: new Map(), 6: new Map() }
  readonly #current: Record<IpFamily, string | null> = { 4: null, 6: null }
  /** The last connections from outside, by family and transport. */
  readonly #arrivals = new Map<string, Arrival>()
  /** Changes with the addresses. */
  version = 0

  constructor(options: ExternalAddressesOptions) {
    this.#options = options
  }

  /** Null while unknown. */
  current(family: IpFamily): string | null {
    return this.#current[family]
  }

  vote(voter: string, seen: string): void {
    const network = networkOf(voter)
    const address = publicIp(seen)
    if (network === null || address === null) return
    const family = familyOf(address)
    const votes = this.#votes[family]
    votes.delete(network)
    votes.set(network, address)
    if (votes.size > MAX_VOTES) votes.delete(votes.keys().next().value!)
    this.#update(family)
  }

  /** An authoritative source reported our address. */
  tell(teller: AddressTeller, seen: string): void {
    const address = publicIp(seen)
    if (address === null) return
    this.#told[familyOf(address)].set(teller, address)
    this.#update(familyOf(address))
  }

  /**
   * A peer connected to us: evidence that our port is reachable, unless it is in the local
   * network.
   */
  arrived({ kind, remote, dialableAddress }: Pick<Connection, 'kind' | 'remote' | 'dialableAddress'>): void {
    // Peers of networks without IP addresses do not connect to our port.
    const host = publicIp((kind === 'tcp' ? remote : dialableAddress)?.host ?? '')
    if (host === null) return
    const family = familyOf(host)
    const atMs = this.#options.clock.unixMs()
    this.#arrivals.set(`${family} ${kind}`, { family, transport: kind, host, atMs })
  }

  /**
   * Call when the port has changed: evidence about the previous one does not apply to the new one.
   */
  forgetArrivals(): void {
    this.#arrivals.clear()
  }

  get stats(): Pick<SessionStats, 'isReachable' | 'arrivals' | 'externalAddresses'> {
    const arrivals = [...this.#arrivals.values()]
    const externalAddresses = { ipv4: this.#current[4], ipv6: this.#current[6] }
    return { isReachable: arrivals.length > 0, arrivals, externalAddresses }
  }

  priorityOf(peer: PeerAddress): number {
    const ip = parseIp(peer.host)
    const own = ip && this.#current[ip.length === 4 ? 4 : 6]
    if (!own) return 0
    const us = { ip: parseIp(own)!, port: this.#options.port(peer.host) }
    return peerPriority(us, { ip, port: peer.port }) ?? 0
  }

  isOurs({ host, port }: PeerAddress): boolean {
    return host === this.#current[familyOf(host)] && port === this.#options.port(host)
  }

  #update(family: IpFamily): void {
    const told = this.#told[family]
    const [teller] = TELLERS.filter(each => told.has(each))
    const address = majority(this.#votes[family]) ?? (teller && told.get(teller))
    // Behind a proxy, others see the address of the proxy.
    if (address === undefined || this.#options.isAnonymous || address === this.#current[family]) return
    // Earlier arrivals came to another network.
    if (this.#current[family] !== null)
      for (const [key, arrival] of this.#arrivals) if (arrival.family === family) this.#arrivals.delete(key)
    this.#current[family] = address
    this.version++
  }
}

function majority(votes: ReadonlyMap<string, string>): string | undefined {
  const counts = new Map<string, number>()
  for (const address of votes.values()) counts.set(address, (counts.get(address) ?? 0) + 1)
  for (const [address, count] of counts) if (count >= QUORUM && 2 * count > votes.size) return address
  return undefined
}

/**
 * The /16 of an IPv4 address or the /32 of an IPv6 address; null for one of a local network, where
 * our public address is not seen.
 */
function networkOf(host: string): string | null {
  const ip = publicIp(host)
  return ip && formatIp(parseIp(ip)!.map((byte, i, { length }) => (i < (length === 4 ? 2 : 4) ? byte : 0)))
}

function publicIp(text: string): string | null {
  const parsed = parseIp(text)
  const ip = parsed && unmapIp(parsed)
  const isMulticast = ip && (ip.length === 4 ? ip[0]! >= 224 : ip[0] === 0xff)
  return ip && !isMulticast && !isLocalIp(ip) ? canonicalIp(text) : null
}
