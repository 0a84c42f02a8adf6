/**
 * Allowed host names of requests. A page whose name resolves to this machine (DNS rebinding) uses
 * that name.
 */
import { isIP } from 'node:net'
import { bareHost, isLoopback } from '@shoal/torrent/local-address'
import { Failure } from '../failure.ts'
import { type ArrivedRequest, isOriginOf, isWhereArrived } from './origins.ts'

export class Hosts {
  readonly #allowed: ReadonlySet<string>
  /** User-defined names, as opposed to listening addresses. */
  readonly #given: ReadonlySet<string>
  readonly #anyAddress: boolean
  readonly #advice: (name: string) => string
  /** Whether the server also listens on other addresses of this machine. */
  isOpen = false
  /** Adds a name, such as that of the public address. */
  publicName: string | null = null
  /**
   * Returns the origin at which a reverse proxy, or a router with port forwarding, exposes one of
   * the given names.
   */
  publicOrigin: string | null = null

  /**
   * `host` is the listening address; `allowed` are further names, such as that of a reverse proxy.
   * `advice` describes how to allow one more.
   */
  constructor(
    host: string,
    allowed: readonly string[] = [],
    advice: (name: string) => string = name => `start it with --allowed-host ${name} to allow it`,
  ) {
    this.#advice = advice
    this.#allowed = new Set([host, ...allowed].map(bareHost))
    this.#given = new Set([...(isIP(host) === 0 ? [host] : []), ...allowed].map(bareHost))
    this.#anyAddress = !isLoopback(host)
  }

  /**
   * Throws `forbidden-host` for an unknown `Host` header (RFC 9110 section 7.2), `bad-request` if
   * it is missing.
   */
  check(header: string | undefined): void {
    const name = header === undefined ? null : hostName(header)
    if (name === null)
      throw new Failure('bad-request', 'the Host header is missing or malformed', { field: 'host' })
    if (!this.#allows(name))
      throw new Failure(
        'forbidden-host',
        `this server does not accept the host name ${name}: ${this.#advice(name)}`,
        { field: 'host' },
      )
  }

  /**
   * Returns whether the sender of a request can reach this server at an origin, for signatures
   * bound to an origin: the address at which the connection arrived, or a configured name, with one
   * of our ports. Another user of this machine, or of the network, can run a server of the same
   * name at any other port, and relay signatures made for it.
   */
  owns(origin: string, request: ArrivedRequest): boolean {
    if (isWhereArrived(origin, request)) return true
    const { host = '' } = request.headers
    const name = hostName(host)
    if (name === null || !(this.#given.has(name) || name === this.publicName)) return false
    const url = URL.parse(origin)
    if (!url || url.origin !== origin || !isOriginOf(origin, host)) return false
    if (origin === this.publicOrigin) return true
    // A reverse proxy uses https at its default port. Without a proxy, the port is that of this
    // server.
    return url.protocol === 'https:' ? url.port === '' : Number(url.port || 80) === request.socket.localPort
  }

  // Unlike a name, an address cannot be redirected (DNS rebinding).
  #allows(name: string): boolean {
    return (
      isLoopback(name) ||
      this.#allowed.has(name) ||
      name === this.publicName ||
      ((this.#anyAddress || this.isOpen) && isIP(name) !== 0)
    )
  }
}

/**
 * Returns the name in a `Host` header, without port and brackets, in lower case; null if malformed.
 */
export function hostName(header: string): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]{1,255}))(?::\d{1,5})?$/.exec(header)
  return match ? bareHost(match[1] ?? match[2]!) : null
}
