import type { Connection, ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Clock, ShoalError } from '@shoal/torrent'
import { formatIp, ipNeighborhood, ipOwner, isLocalIp } from '@shoal/torrent/base'
import { Budgets } from '../misconduct.ts'
import { ipOf, isWebrtcDirect } from '../multiaddrs.ts'

/**
 * Concurrent incoming connections per /24 of IPv4 or /48 of IPv6, so that one network cannot take
 * all of them.
 */
const MAX_PER_NEIGHBORHOOD = 10
/** The same for connections that have not yet proved an identity, which cost nothing to open. */
const MAX_PENDING = 8
/**
 * The same per local address: behind a proxy, as in containers, the entire internet arrives from
 * one.
 */
const MAX_PENDING_LOCAL = 30
/** New connections per address (/64 of IPv6). */
const ARRIVALS = { burst: 10, perSecond: 10 } as const
/** Weight of an arrival from a local address. */
const LOCAL_ARRIVAL = 0.1

export interface GateOptions {
  /** Returns whether an IP address is blocked: neither dialed nor accepted. */
  readonly blocks: (ip: string) => boolean
  /** Concurrent incoming connections, including those from the local network. */
  readonly maxIncoming: number
  /** Concurrent incoming connections that have not yet proved an identity. */
  readonly maxPending: number
  readonly connections: () => readonly Connection[]
  readonly clock: Clock
}

/**
 * Decides which connections a host opens and accepts. Refuses names, because libp2p would resolve
 * them after this check: callers resolve a name before dialing it.
 */
export function connectionGate(options: GateOptions): ConnectionGater {
  const { blocks, maxIncoming, maxPending, connections, clock } = options
  const pending = new Pending(maxPending)
  const arrivals = new Budgets(clock, ARRIVALS)
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
  const isTooFast = ({ remoteAddr }: MultiaddrConnection) => {
    const ip = ipOf(remoteAddr)
    return ip !== null && !arrivals.take(ipOwner(ip) ?? formatIp(ip), isLocalIp(ip) ? LOCAL_ARRIVAL : 1)
  }
  return {
    // WebRTC direct is for pages: nodes use TCP, which costs less, or relays.
    denyDialMultiaddr: address => isBlocked(address) || isWebrtcDirect(address),
    denyInboundConnection(connection) {
      if (isBlocked(connection.remoteAddr) || isTooFast(connection) || isCrowded(connection)) return true
      pending.enter(connection)
      return false
    },
    denyInboundUpgradedConnection: (_peer, connection) => {
      pending.leave(connection)
      return false
    },
    denyOutboundConnection: (_peer, connection) => isBlocked(connection.remoteAddr),
  }
}

interface PendingConnection {
  readonly connection: MultiaddrConnection
  readonly ip: string
  readonly network: string
  readonly isLocal: boolean
}

/**
 * Connections that are being set up. When a network or the total reaches its limit, an old one is
 * evicted for the new one: a silent connection loses its place to a later one, and keeps nobody
 * out.
 */
class Pending {
  readonly #most: number
  /** In order of arrival. */
  readonly #all = new Map<MultiaddrConnection, PendingConnection>()

  constructor(most: number) {
    this.#most = most
  }

  /** Tracks a connection until it is set up or closed. */
  enter(connection: MultiaddrConnection): void {
    const bytes = ipOf(connection.remoteAddr)
    if (!bytes) return
    const ip = formatIp(bytes)
    const neighborhood = ipNeighborhood(bytes)
    const entered = { connection, ip, network: neighborhood ?? ip, isLocal: neighborhood === null }
    const same = [...this.#all.values()].filter(({ network }) => network === entered.network)
    if (same.length >= (entered.isLocal ? MAX_PENDING_LOCAL : MAX_PENDING)) this.#close(oldestOfMost(same))
    else if (this.#all.size >= this.#most)
      this.#close(oldestOfMost(mostOf([...this.#all.values()], 'network')))
    this.#all.set(connection, entered)
    connection.addEventListener('close', () => this.leave(connection), { once: true })
  }

  leave(connection: MultiaddrConnection): void {
    this.#all.delete(connection)
  }

  #close(connection: MultiaddrConnection): void {
    this.leave(connection)
    connection.abort(new ShoalError('refused', 'Others wait to connect: try again'))
  }
}

/**
 * Returns the oldest connection of the address that has the most, so that its neighbors keep
 * theirs.
 */
function oldestOfMost(pending: readonly PendingConnection[]): MultiaddrConnection {
  return mostOf(pending, 'ip')[0]!.connection
}

/** Returns the largest group with the same address or network; among equals, the earliest. */
function mostOf(pending: readonly PendingConnection[], by: 'ip' | 'network'): readonly PendingConnection[] {
  const groups = [...Map.groupBy(pending, each => each[by]).values()]
  return groups.reduce((most, group) => (group.length > most.length ? group : most))
}
