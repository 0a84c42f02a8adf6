import { compareBytes } from '../base/bytes.ts'
import { canonicalIp } from '../base/ip.ts'
import { isLocalAddress } from '../base/local-address.ts'
import type { Connection } from '../transport/transport.ts'
import type { Peer } from './peer.ts'
import type { PeerPool } from './peer-pool.ts'
import type { ReadyConnection } from './ready-connection.ts'
import type { Transfer } from './transfer.ts'

export interface AdmissionRules {
  readonly peers: ReadonlyMap<number, Peer>
  readonly pool: PeerPool
  readonly peerId: Uint8Array
  maxPeers(): number
  maxPeersPerHost(host: string): number
}

/** Which connections a torrent takes. */
export class Admission {
  readonly #rules: AdmissionRules

  constructor(rules: AdmissionRules) {
    this.#rules = rules
  }

  /** The same client, connected already. */
  twinOf({ connection, handshake }: ReadyConnection): Peer | undefined {
    for (const peer of this.#rules.peers.values())
      if (samePeer(peer.handshake.peerId, handshake.peerId) && mayBeTwins(connection, peer.link.connection))
        return peer
    return undefined
  }

  /** Whether the connection may be kept; its twin, if it has one, is then to be closed. */
  allows(ready: ReadyConnection, twin: Peer | undefined): boolean {
    if (twin && !this.#replaces(ready, twin)) return false
    const { peers, pool, maxPeers, maxPeersPerHost } = this.#rules
    const { host } = ready.connection.remote
    if (pool.isBanned(host)) return false
    const others = [...peers.values()].filter(peer => peer !== twin)
    const sameHost = others.filter(peer => peer.link.connection.remote.host === host)
    return others.length < maxPeers() && sameHost.length < maxPeersPerHost(host)
  }

  /**
   * Two that connect to each other at the same moment both keep the connection that the one with the lower ID made. If each kept the first
   * that it knew of, both would be closed.
   */
  #replaces({ connection, handshake }: ReadyConnection, twin: Peer): boolean {
    // The same data costs WebRTC several times the work of TCP.
    const [isRtc, wasRtc] = [connection, twin.link.connection].map(({ kind }) => kind === 'webrtc')
    if (isRtc !== wasRtc) return isRtc === false
    if (connection.incoming === twin.link.connection.incoming) return false
    const weAreLower = compareBytes(this.#rules.peerId, handshake.peerId) < 0
    return connection.incoming !== weAreLower
  }
}

/**
 * Whether two connections with one peer ID are one client's. In a local network it may come by IPv4 and by IPv6; a stranger, who could take
 * another's peer ID to keep it out, is the same only at the same address. Pages hide theirs from each other. Of several that came in by
 * WebRTC, as for both hashes of a hybrid torrent, their maker chooses: if both sides did, each might end another.
 */
function mayBeTwins(a: Connection, b: Connection): boolean {
  const [one, two] = [a.remote.host, b.remote.host]
  if (a.kind === 'webrtc' && b.kind === 'webrtc') {
    if (a.incoming && b.incoming) return false
    if (canonicalIp(one) === null || canonicalIp(two) === null) return true
  }
  return one === two || (isLocalAddress(one) && isLocalAddress(two))
}

/** Whether two peer IDs are the same. */
export function samePeer(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i])
}

/**
 * BEP 21: two that download nothing more have no use for each other. One that has nothing may still want the metadata. And nobody can dial a
 * page: should one of the two want more files after all, a tracker would have to bring them together again.
 */
export function isOfNoUse(peer: Peer, ours: Transfer | null): boolean {
  if (!peer.isSeed && !(peer.bits && peer.bits.count > 0)) return false
  return peer.link.connection.kind !== 'webrtc' || (peer.isSeed && ours?.have.isFull === true)
}
