import type { Connection, ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Clock, ShoalError } from '@shoal/torrent'
import { formatIp, ipNeighborhood, ipOwner, isLocalIp } from '@shoal/torrent/base'
import { Budgets } from '../misconduct.ts'
import { ipOf, isWebrtcDirect } from '../multiaddrs.ts'

/** Incoming connections from one /24 of IPv4 or /48 of IPv6 at a time, so that nobody takes all of them. */
const MAX_PER_NEIGHBORHOOD = 10
/** The same for connections that have not proved an identity yet, which cost nothing to open. */
const MAX_PENDING = 8
/** As many of one local address: behind a proxy, as containers have it, all of the internet comes from one. */
const MAX_PENDING_LOCAL = 30
/** New connections from one address (/64 of IPv6). */
const ARRIVALS = { burst: 10, perSecond: 10 } as const
/** Part of an arrival for which one from a local address counts. */
const LOCAL_ARRIVAL = 0.1

export interface GateOptions {
  /** Returns true for IP addresses that are neither dialed nor accepted. */
  readonly blocks: (ip: string) => boolean
  /** Connections that come from others, at a time. Addresses of the local network count, too. */
  readonly maxIncoming: number
  /** Incoming ones that have not proved an identity yet, at a time. */
  readonly maxPending: number
  readonly connections: () => readonly Connection[]
  readonly clock: Clock
}

/**
 * Decides which connections a host opens and accepts. Names are refused, because libp2p would look them up after this check: whoever dials a name
 * looks it up first.
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
    // WebRTC direct is for pages: nodes reach each other by TCP, which costs less, or through relays.
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
 * Connections that are being set up. When a network has as many as it may, or all together have, one of them makes room for the new one: who connects to
 * say nothing loses its place to who connects later, and keeps nobody out.
 */
class Pending {
  readonly #most: number
  /** In the order in which they came. */
  readonly #all = new Map<MultiaddrConnection, PendingConnection>()

  constructor(most: number) {
    this.#most = most
  }

  /** Keeps a connection until it is set up or closed. */
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

/** Returns the oldest connection of the address that has most of them, so that its neighbors keep theirs. */
function oldestOfMost(pending: readonly PendingConnection[]): MultiaddrConnection {
  return mostOf(pending, 'ip')[0]!.connection
}

/** Returns the largest group that has the same address or network; of those as large, the one that came first. */
function mostOf(pending: readonly PendingConnection[], by: 'ip' | 'network'): readonly PendingConnection[] {
  const groups = [...Map.groupBy(pending, each => each[by]).values()]
  return groups.reduce((most, group) => (group.length > most.length ? group : most))
}
