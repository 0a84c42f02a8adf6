/** The host names that requests may use. A page whose name points to this machine (DNS rebinding) uses that name. */
import { isIP } from 'node:net'
import { bareHost, isLoopback } from '@shoal/torrent/local-address'
import { Failure } from '../failure.ts'
import { type ArrivedRequest, isOriginOf, isWhereArrived } from './origins.ts'

export class Hosts {
  readonly #allowed: ReadonlySet<string>
  /** Those that somebody has said to be ours: no address that a server listens at. */
  readonly #given: ReadonlySet<string>
  readonly #anyAddress: boolean
  readonly #advice: (name: string) => string
  /** Whether the server also listens at other addresses of this machine. */
  isOpen = false
  /** A further name, such as that of the public address. */
  publicName: string | null = null
  /** The origin at which a proxy in front, or a router that forwards a port, makes one of the given names reachable. */
  publicOrigin: string | null = null

  /** `host` is what the server listens at; `allowed` are further names, such as that of a proxy in front. `advice` says how to allow one more. */
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

  /** Throws `forbidden-host` for a `Host` header (RFC 9110 section 7.2) that is not ours, `bad-request` if it is missing. */
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
   * Whether an origin is one at which the sender of a request can reach this server, for whatever is signed for an origin: the address at which the connection arrived, or a name that was given,
   * with a port that is ours too. Another user of this machine, or somebody in the network, may have a server of the same name at any other port, and pass on what was signed for that.
   */
  owns(origin: string, request: ArrivedRequest): boolean {
    if (isWhereArrived(origin, request)) return true
    const { host = '' } = request.headers
    const name = hostName(host)
    if (name === null || !(this.#given.has(name) || name === this.publicName)) return false
    const url = URL.parse(origin)
    if (!url || url.origin !== origin || !isOriginOf(origin, host)) return false
    if (origin === this.publicOrigin) return true
    // A proxy in front speaks https at its default port. Without a proxy, the port is that of this server.
    return url.protocol === 'https:' ? url.port === '' : Number(url.port || 80) === request.socket.localPort
  }

  // Unlike a name, an address cannot be pointed elsewhere (DNS rebinding).
  #allows(name: string): boolean {
    return (
      isLoopback(name) ||
      this.#allowed.has(name) ||
      name === this.publicName ||
      ((this.#anyAddress || this.isOpen) && isIP(name) !== 0)
    )
  }
}

/** The name of a `Host` header, without port and brackets, in lower case; null when malformed. */
export function hostName(header: string): string | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]{1,255}))(?::\d{1,5})?$/.exec(header)
  return match ? bareHost(match[1] ?? match[2]!) : null
}
