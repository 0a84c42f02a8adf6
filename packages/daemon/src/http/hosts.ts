/** The host names that requests may use. A page whose name points to this machine (DNS rebinding) uses that name. */
import { isIP } from 'node:net'
import { isLoopback } from '@shoal/torrent/local-address'
import { Failure } from '../failure.ts'

export class Hosts {
  readonly #allowed: ReadonlySet<string>
  readonly #anyAddress: boolean
  /** Whether the server also listens at other addresses of this machine. */
  isOpen = false
  /** A further name, such as that of the public address. */
  publicName: string | null = null

  /** `host` is what the server listens at; `allowed` are further names, such as that of a proxy in front. */
  constructor(host: string, allowed: readonly string[] = []) {
    this.#allowed = new Set([host, ...allowed].map(bareName))
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
        `this server does not accept the host name ${name}: start it with --allowed-host ${name} to allow it`,
        { field: 'host' },
      )
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
  return match ? bareName(match[1] ?? match[2]!) : null
}

function bareName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}
