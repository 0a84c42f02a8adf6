import type { Clock } from '../base/clock.ts'

/** How much of the other end a mapping or a filter depends on (RFC 4787, sections 4.1 and 5). */
type NatScope = 'endpoint-independent' | 'address' | 'address-and-port'

export interface NatOptions {
  /**
   * `endpoint-independent` keeps one public port for a private one; the others use another for each
   * address, or address and port.
   */
  readonly mapping: NatScope
  /**
   * Accepts datagrams from any sender, or only from addresses, or addresses and ports, that were
   * sent to.
   */
  readonly filtering: NatScope
  /**
   * Whether hosts behind the NAT reach each other at its public address (RFC 4787, section 6).
   * Default false.
   */
  readonly hairpinning?: boolean
  /**
   * A mapping without outgoing datagrams for this long expires. Default two minutes, the least
   * that RFC 4787, section 4.3, allows.
   */
  readonly timeoutMs?: number
}

export interface NatEndpoint {
  readonly host: string
  readonly port: number
}

interface Mapping {
  readonly inside: NatEndpoint
  readonly publicPort: number
  lastMs: number
  /** Keys of the filter that were sent to. */
  readonly allowed: Set<string>
}

const FIRST_PORT = 20_000

/** A NAT of a MemoryDatagramNetwork: translates outgoing datagrams, and filters incoming ones. */
export class MemoryNat {
  readonly publicHost: string
  readonly hairpinning: boolean
  readonly #clock: Clock
  readonly #options: NatOptions
  readonly #timeoutMs: number
  readonly #bySource = new Map<string, Mapping>()
  readonly #byPort = new Map<number, Mapping>()
  #nextPort = FIRST_PORT

  constructor(clock: Clock, publicHost: string, options: NatOptions) {
    this.publicHost = publicHost
    this.hairpinning = options.hairpinning ?? false
    this.#clock = clock
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? 120_000
  }

  /** Translates the source of an outgoing datagram, and remembers its destination. */
  outbound(inside: NatEndpoint, to: NatEndpoint): NatEndpoint {
    const { mapping: scope, filtering } = this.#options
    const key = `${inside.host} ${inside.port} ${scopeKey(scope, to)}`
    let mapping = this.#live(this.#bySource.get(key))
    if (!mapping) {
      mapping = { inside, publicPort: this.#takePort(inside.port), lastMs: 0, allowed: new Set() }
      this.#bySource.set(key, mapping)
      this.#byPort.set(mapping.publicPort, mapping)
    }
    mapping.lastMs = this.#clock.nowMs()
    mapping.allowed.add(scopeKey(filtering, to))
    return { host: this.publicHost, port: mapping.publicPort }
  }

  /** Returns the destination of a datagram to a public port, or null if it is filtered. */
  inbound(port: number, from: NatEndpoint): NatEndpoint | null {
    const mapping = this.#live(this.#byPort.get(port))
    return mapping?.allowed.has(scopeKey(this.#options.filtering, from)) ? mapping.inside : null
  }

  /** The private port if it is free, as most routers do. */
  #takePort(wanted: number): number {
    if (!this.#live(this.#byPort.get(wanted))) return wanted
    while (this.#live(this.#byPort.get(this.#nextPort))) this.#nextPort++
    return this.#nextPort++
  }

  #live(mapping: Mapping | undefined): Mapping | undefined {
    return mapping && this.#clock.nowMs() - mapping.lastMs < this.#timeoutMs ? mapping : undefined
  }
}

function scopeKey(scope: NatScope, { host, port }: NatEndpoint): string {
  if (scope === 'endpoint-independent') return ''
  return scope === 'address' ? host : `${host} ${port}`
}
