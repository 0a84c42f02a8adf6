/** The tracker inside the node: at the port of console and API, before them, and with rules of its own about who may ask. */
import type { IncomingMessage, Server } from 'node:http'
import { type Guest, joinServer, Tracker } from '@shoal/tracker'
import type { NodeCore } from '../daemon/node-core.ts'
import { hostName, isLoopback } from '../server/guard/hosts.ts'
import { ownAddresses } from './own-addresses.ts'
import { OwnPeers } from './own-peers.ts'

export interface ServerPlace {
  readonly host: string
  readonly allowedHost: readonly string[]
  readonly trustedProxy: readonly string[]
}

export class OwnTracker {
  readonly #core: Pick<NodeCore, 'keeper' | 'session'>
  readonly #tracker = new Tracker()
  readonly #peers: OwnPeers
  #guest: Guest | null = null

  constructor(core: Pick<NodeCore, 'keeper' | 'session'>, peerHost: string | undefined) {
    this.#core = core
    this.#peers = new OwnPeers(this.#tracker, core.session, () =>
      ownAddresses(peerHost, core.keeper.settings.network.publicUrl),
    )
  }

  /** While the setting `network.ownTracker` is off, the server answers as if there were none. */
  join(server: Server, { host, allowedHost, trustedProxy }: ServerPlace): void {
    const isOpen = !isLoopback(host) || allowedHost.length > 0
    this.#guest = joinServer(server, this.#tracker, {
      trustedProxies: trustedProxy,
      admits: request =>
        this.#core.keeper.settings.network.ownTracker && (isOpen || isOfThisMachine(request)),
    })
    this.#peers.tell()
  }

  async close(): Promise<void> {
    this.#peers.close()
    await this.#guest?.close()
    await this.#tracker.close()
  }
}

/**
 * While only this machine reaches the node, pages of other sites that its browser shows must not ask the tracker what is shared here: neither by a name
 * that points here (DNS rebinding), nor by a WebSocket, which any page may open.
 */
function isOfThisMachine({ headers: { host = '', origin, upgrade } }: IncomingMessage): boolean {
  const name = hostName(host)
  if (name === null || !isLoopback(name)) return false
  if (upgrade === undefined || origin === undefined) return true
  return isLoopback(URL.parse(origin)?.hostname ?? '')
}
