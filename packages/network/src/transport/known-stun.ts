import type { Connection, IdentifyResult, Libp2p, Stream } from '@libp2p/interface'
import { formatIp, isLocalIp } from '@shoal/torrent/base'
import { ipOf, isRelayed } from '../multiaddrs.ts'
import { askPort, tellPort } from './ports.ts'
import { STUN_PROTOCOL } from './protocols.ts'

/** Most servers per connection. Browsers slow down with more than five, and one is enough. */
const MAX_USED = 3
/** Most connected servers that are remembered. */
const MAX_KNOWN = 50

/**
 * Reports the external UDP port of our STUN server (RFC 8489) to nodes that request it. A change of
 * the port reaches only later requests. Rejects if the host is closed.
 */
export async function announceStun(libp2p: Libp2p, port: () => number): Promise<() => Promise<void>> {
  await libp2p.handle(STUN_PROTOCOL, (stream: Stream) => tellPort(stream, port()), { maxInboundStreams: 2 })
  return () => libp2p.unhandle(STUN_PROTOCOL)
}

/**
 * STUN servers of the nodes to which a host is connected, so that users of the network need no
 * others.
 */
export class KnownStun {
  readonly #libp2p: Libp2p
  /** URLs by connection. */
  readonly #urls = new Map<string, string>()

  constructor(libp2p: Libp2p) {
    this.#libp2p = libp2p
    libp2p.addEventListener('peer:identify', this.#onIdentified)
    libp2p.addEventListener('connection:close', this.#onClosed)
  }

  /** URLs such as `stun:192.0.2.1:6881` of the most recently connected nodes. */
  get urls(): string[] {
    return [...new Set(this.#urls.values())].slice(-MAX_USED)
  }

  close(): void {
    this.#libp2p.removeEventListener('peer:identify', this.#onIdentified)
    this.#libp2p.removeEventListener('connection:close', this.#onClosed)
    this.#urls.clear()
  }

  readonly #onIdentified = ({ detail: { connection, protocols } }: CustomEvent<IdentifyResult>) => {
    const ip = ipOf(connection.remoteAddr)
    // A server in the local network would report a local address.
    if (!protocols.includes(STUN_PROTOCOL) || !ip || isLocalIp(ip) || isRelayed(connection.remoteAddr)) return
    const host = ip.length === 4 ? formatIp(ip) : `[${formatIp(ip)}]`
    askPort(connection, STUN_PROTOCOL).then(
      port => {
        this.#urls.delete(connection.id)
        if (port > 0 && connection.status === 'open' && this.#urls.size < MAX_KNOWN)
          this.#urls.set(connection.id, `stun:${host}:${port}`)
      },
      () => {},
    )
  }

  readonly #onClosed = ({ detail }: CustomEvent<Connection>) => {
    this.#urls.delete(detail.id)
  }
}
