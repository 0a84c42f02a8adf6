import { compareBytes, equalBytes } from '../../base/bytes.ts'
import { canonicalIp } from '../../base/ip.ts'
import { isLocalAddress } from '../../base/local-address.ts'
import type { Connection } from '../../transport/transport.ts'
import type { ReadyConnection } from '../handshake/ready-connection.ts'
import type { Peer } from '../peer/peer.ts'
import type { SwarmContext } from '../swarm-context.ts'
import type { PeerPool } from './peer-pool.ts'

/** Time for a new peer to start transferring. */
const SETTLING_MS = 60_000

export interface ConnectionPolicyOptions {
  readonly peers: ReadonlyMap<number, Peer>
  readonly pool: PeerPool
  readonly context: Pick<
    SwarmContext,
    'peerId' | 'settings' | 'maxPeersPerHost' | 'isBlocked' | 'ownAddresses' | 'clock'
  >
}

/** Decides which connections a torrent accepts. */
export class ConnectionPolicy {
  readonly #options: ConnectionPolicyOptions

  constructor(options: ConnectionPolicyOptions) {
    this.#options = options
  }

  /** The same client, if it is connected already. */
  duplicatePeer({ connection, handshake }: ReadyConnection): Peer | undefined {
    for (const peer of this.#options.peers.values())
      if (
        equalBytes(peer.handshake.peerId, handshake.peerId) &&
        areDuplicates(connection, peer.link.connection)
      )
        return peer
    return undefined
  }

  /**
   * Returns null if the connection must be refused, otherwise the peers that must be closed for
   * it: its duplicate, and one if there are too many.
   */
  admit(ready: ReadyConnection, duplicate: Peer | undefined): Peer[] | null {
    if (duplicate && !this.#replaces(ready, duplicate)) return null
    const { peers, pool, context } = this.#options
    const { host } = ready.connection.remote
    if (pool.isBanned(host) || context.isBlocked(host)) return null
    const others = [...peers.values()].filter(peer => peer !== duplicate)
    const sameHost = others.filter(peer => peer.link.connection.remote.host === host)
    if (sameHost.length >= context.maxPeersPerHost(host)) return null
    const dropped = duplicate ? [duplicate] : []
    if (others.length < context.settings.maxPeersPerTorrent) return dropped
    const victim = this.#weakest(others, ready.connection)
    return victim && [...dropped, victim]
  }

  /**
   * The peer that gives way to a new connection in a full swarm (BEP 40): of those that transfer
   * nothing, the one with the lowest canonical priority, if the new one's is higher. Null if there
   * is none.
   */
  #weakest(peers: readonly Peer[], connection: Connection): Peer | null {
    const { ownAddresses, clock } = this.#options.context
    const nowMs = clock.nowMs()
    let weakest: Peer | null = null
    let lowest = ownAddresses.priorityOf(connection.dialableAddress ?? connection.remote)
    for (const peer of peers) {
      const { download, upload, link, connectedMs } = peer
      if (nowMs - connectedMs < SETTLING_MS || download.meter.bytesPerSecond(nowMs) > 0) continue
      const priority = ownAddresses.priorityOf(link.connection.dialableAddress ?? link.connection.remote)
      if (upload.meter.bytesPerSecond(nowMs) > 0 || priority >= lowest) continue
      weakest = peer
      lowest = priority
    }
    return weakest
  }

  /**
   * Two clients that connect to each other at the same moment both keep the connection made by the
   * one with the lower ID. If each kept the first that it knew of, both would be closed.
   */
  #replaces({ connection, handshake }: ReadyConnection, duplicate: Peer): boolean {
    // A connection that can be dialed is direct, and can be made again. Signaled ones (WebRTC) also
    // cost several times the work of TCP.
    const [isDialable, wasDialable] = [connection, duplicate.link.connection].map(canBeDialed)
    if (isDialable !== wasDialable) return isDialable === true
    if (connection.incoming === duplicate.link.connection.incoming) return false
    const weAreLower = compareBytes(this.#options.context.peerId, handshake.peerId) < 0
    return connection.incoming !== weAreLower
  }
}

/**
 * Whether two connections with one peer ID belong to one client. In a local network it may connect
 * by both IPv4 and IPv6; elsewhere, where a stranger could use another's peer ID to keep it out, it
 * must have the same address. Signaled peers (pages) hide their addresses from each other. Of
 * several signaled connections that came in, as for both hashes of a hybrid torrent, their maker
 * chooses: if both sides did, each might close another.
 */
function areDuplicates(a: Connection, b: Connection): boolean {
  const [one, two] = [a.remote.host, b.remote.host]
  if (!canBeDialed(a) && !canBeDialed(b)) {
    if (a.incoming && b.incoming) return false
    if (canonicalIp(one) === null || canonicalIp(two) === null) return true
  }
  return one === two || (isLocalAddress(one) && isLocalAddress(two))
}

function canBeDialed({ dialableAddress }: Connection): boolean {
  return dialableAddress !== null
}
