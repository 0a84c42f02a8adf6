import type { Connection, ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { formatIp, ipNeighborhood, isLocalIp } from '@shoal/torrent/base'
import { ipOf, isWebrtcDirect } from '../multiaddrs.ts'

/** Incoming connections from one /24 of IPv4 or /48 of IPv6 at a time, so that nobody takes all of them. */
const MAX_PER_NEIGHBORHOOD = 10

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
    denyInboundConnection: connection => isBlocked(connection.remoteAddr) || isCrowded(connection),
    denyOutboundConnection: (_peer, connection) => isBlocked(connection.remoteAddr),
  }
}
