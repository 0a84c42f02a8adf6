import type { Connection, ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { formatIp, ipNeighborhood, isLocalIp } from '@shoal/torrent/base'
import { isLoopback } from '@shoal/torrent/local-address'
import { ipOf, isWebrtcDirect } from '../multiaddrs.ts'

/** Incoming connections from one /24 of IPv4 or /48 of IPv6 at a time, so that nobody takes all of them. */
const MAX_PER_NEIGHBORHOOD = 10
/** The same for connections that have not proved an identity yet, which cost nothing to open; and as many of one address of the local network. */
const MAX_PENDING = 3

export interface GateOptions {
  /** Returns true for IP addresses that are neither dialed nor accepted. */
  readonly blocks: (ip: string) => boolean
  /** Connections that come from others, at a time. Addresses of the local network count, too. */
  readonly maxIncoming: number
  readonly connections: () => readonly Connection[]
}

/**
 * Decides which connections a host opens and accepts. Names are refused, because libp2p would look them up after this check: whoever dials a name
 * looks it up first.
 */
export function connectionGate({ blocks, maxIncoming, connections }: GateOptions): ConnectionGater {
  const pending = new Pending()
  const isBlocked = (address: Multiaddr) => {
    const ip = ipOf(address)
    return ip === null || blocks(formatIp(ip))
  }
  const isCrowded = ({ remoteAddr }: MultiaddrConnection) => {
    const incoming = connections().filter(({ direction }) => direction === 'inbound')
    if (incoming.length >= maxIncoming) return true
    const ip = ipOf(remoteAddr)
    if (!ip || isLocalIp(ip)) return false
    const neighborhood = ipNeighborhood(ip)
    const isNeighbor = ({ remoteAddr: other }: Connection) => {
      const from = ipOf(other)
      return from !== null && ipNeighborhood(from) === neighborhood
    }
    return incoming.filter(isNeighbor).length >= MAX_PER_NEIGHBORHOOD
  }
  return {
    // WebRTC direct is for pages: nodes reach each other by TCP, which costs less, or through relays.
    denyDialMultiaddr: address => isBlocked(address) || isWebrtcDirect(address),
    denyInboundConnection: connection =>
      isBlocked(connection.remoteAddr) || isCrowded(connection) || !pending.admits(connection),
    denyInboundUpgradedConnection: (_peer, connection) => {
      pending.leave(connection)
      return false
    },
    denyOutboundConnection: (_peer, connection) => isBlocked(connection.remoteAddr),
  }
}

/** Connections from other machines that are being set up, by network. */
class Pending {
  readonly #counts = new Map<string, number>()
  readonly #networks = new WeakMap<MultiaddrConnection, string>()

  /** Counts a connection until it is set up or closed. Returns false if there are too many of its network. */
  admits(connection: MultiaddrConnection): boolean {
    const ip = ipOf(connection.remoteAddr)
    if (!ip || isLoopback(formatIp(ip))) return true
    const network = ipNeighborhood(ip) ?? formatIp(ip)
    const count = this.#counts.get(network) ?? 0
    if (count >= MAX_PENDING) return false
    this.#counts.set(network, count + 1)
    this.#networks.set(connection, network)
    connection.addEventListener('close', () => this.leave(connection), { once: true })
    return true
  }

  leave(connection: MultiaddrConnection): void {
    const network = this.#networks.get(connection)
    if (network === undefined) return
    this.#networks.delete(connection)
    const left = this.#counts.get(network)! - 1
    if (left > 0) this.#counts.set(network, left)
    else this.#counts.delete(network)
  }
}
