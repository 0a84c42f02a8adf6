/** The tracker inside the node: at the port of console and API, before them, and with rules of its own about who may ask. */
import type { IncomingMessage, Server } from 'node:http'
import { isLoopback } from '@shoal/torrent/local-address'
import { type AttachedTracker, attachTracker, isCrossSite, MemoryStore, Tracker } from '@shoal/tracker'
import { hostName } from '../../base/local-hosts.ts'
import type { NodeCore } from '../legacy/node-core.ts'
import { ownAddresses } from './own-addresses.ts'
import { OwnPeers } from './own-peers.ts'
import { ownWebPeer } from './own-web-peer.ts'

const [MAX_PEERS, MAX_SWARMS] = [200_000, 50_000] as const
/** Of the server's connections: those of the console have room beside them. */
const MAX_WEB_SOCKETS = 500

export interface ServerPlace {
  readonly host: string
  readonly allowedHost: readonly string[]
  readonly trustedProxy: readonly string[]
}

export class OwnTracker {
  readonly #core: Pick<NodeCore, 'keeper' | 'session'>
  // Pages that the machine's browsers show, and proxies on it, ask as this machine: it has no rights that others lack.
  readonly #tracker = new Tracker({
    store: new MemoryStore({ maxPeers: MAX_PEERS, maxSwarms: MAX_SWARMS }),
    isMachineTrusted: false,
  })
  readonly #peers: OwnPeers
  #attached: AttachedTracker | null = null

  constructor(core: Pick<NodeCore, 'keeper' | 'session'>, peerHost: string | undefined) {
    this.#core = core
    this.#peers = new OwnPeers(this.#tracker, core.session, () =>
      ownAddresses(peerHost, core.keeper.current.network.publicUrl),
    )
  }

  /** While the setting `network.ownTracker` is off, the server answers as if there were none. */
  join(server: Server, { host, allowedHost, trustedProxy }: ServerPlace): void {
    const isOpen = !isLoopback(host) || allowedHost.length > 0
    this.#attached = attachTracker(server, this.#tracker, {
      trustedProxies: trustedProxy,
      maxWebSockets: MAX_WEB_SOCKETS,
      ownPeer: ownWebPeer(this.#core),
      admits: request =>
        this.#core.keeper.current.network.ownTracker &&
        !isFetchOfOtherSite(request) &&
        (isOpen || isOfThisMachine(request)),
    })
    this.#peers.tell()
  }

  async close(): Promise<void> {
    this.#peers.close()
    await this.#attached?.close()
    await this.#tracker.close()
  }
}

/**
 * While only this machine reaches the node, pages of other sites that its browser shows must not ask the tracker what is shared here: neither by a name
 * that points here (DNS rebinding), nor by a WebSocket, which any page may open, nor by a fetch.
 */
function isOfThisMachine({ headers: { host = '', origin } }: IncomingMessage): boolean {
  const name = hostName(host)
  if (name === null || !isLoopback(name)) return false
  return origin === undefined || isLoopback(URL.parse(origin)?.hostname ?? '')
}

/** The page may not read the answer, but its announce would count as that of who looks at it. WebSockets are for pages of anywhere, where others reach the node. */
function isFetchOfOtherSite({ headers }: IncomingMessage): boolean {
  return headers.upgrade === undefined && isCrossSite(headers['sec-fetch-site']?.toString())
}
