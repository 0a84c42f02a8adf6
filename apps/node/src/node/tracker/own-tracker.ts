/**
 * The tracker inside the node: on the port of console and API, before them, with separate access
 * rules.
 */
import type { IncomingMessage, Server } from 'node:http'
import { closeAll } from '@shoal/daemon/capability'
import { hostName } from '@shoal/daemon/http'
import { isLoopback } from '@shoal/torrent/local-address'
import { type AttachedTracker, attachTracker, isCrossSite, MemoryStore, Tracker } from '@shoal/tracker'
import type { HttpPlace } from '../kernel/capability.ts'
import { type OwnNode, ownStunPort } from '../kernel/own-stun-port.ts'
import { ownAddresses } from './own-addresses.ts'
import { OwnPeers } from './own-peers.ts'
import { ownWebPeer } from './own-web-peer.ts'

const [MAX_PEERS, MAX_SWARMS] = [200_000, 50_000] as const
/** Leaves room for the node itself, which is a peer of each of its torrents. */
const PEERS_PER_ADDRESS = MAX_SWARMS
/** Leaves connections of the server for the console. */
const MAX_WEB_SOCKETS = 500

export class OwnTracker {
  readonly #node: OwnNode
  // Requests from browsers and proxies on this machine come from its address, so that address has
  // no special rights.
  readonly #tracker = new Tracker({
    store: new MemoryStore({
      maxPeers: MAX_PEERS,
      maxSwarms: MAX_SWARMS,
      peersPerAddress: PEERS_PER_ADDRESS,
    }),
    isMachineTrusted: false,
  })
  readonly #peers: OwnPeers
  #attached: AttachedTracker | null = null

  constructor(node: OwnNode, peerHost: string | undefined) {
    this.#node = node
    this.#peers = new OwnPeers(this.#tracker, node.session, () =>
      ownAddresses(peerHost, node.settings.current.network.publicUrl),
    )
  }

  /**
   * While the setting `network.ownTracker` is off, the server answers as if there were no tracker.
   */
  join(server: Server, { door, allowedHosts, trustedProxies }: HttpPlace): void {
    this.#attached = attachTracker(server, this.#tracker, {
      trustedProxies,
      maxWebSockets: MAX_WEB_SOCKETS,
      ownPeer: ownWebPeer(this.#node),
      stunPort: () => ownStunPort(this.#node),
      admits: request =>
        this.#node.settings.current.network.ownTracker &&
        !isFetchOfOtherSite(request) &&
        (door.isOpen || allowedHosts.length > 0 || isOfThisMachine(request)),
    })
    this.#peers.tell()
  }

  async close(): Promise<void> {
    await closeAll([() => this.#peers.close(), () => this.#attached?.close(), () => this.#tracker.close()])
  }
}

/**
 * Returns whether a request comes from this machine itself. While only this machine can reach the
 * node, pages of other sites must not be able to query what is shared: neither by a name that
 * resolves to this machine (DNS rebinding), nor by a WebSocket, which any page can open, nor by
 * fetch.
 */
function isOfThisMachine({ headers: { host = '', origin } }: IncomingMessage): boolean {
  const name = hostName(host)
  if (name === null || !isLoopback(name)) return false
  return origin === undefined || isLoopback(URL.parse(origin)?.hostname ?? '')
}

/**
 * The page cannot read the response, but its announce would count as the viewer's. WebSockets are
 * for pages from anywhere, if others can reach the node.
 */
function isFetchOfOtherSite({ headers }: IncomingMessage): boolean {
  return headers.upgrade === undefined && isCrossSite(headers['sec-fetch-site']?.toString())
}
