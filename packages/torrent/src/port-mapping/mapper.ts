import { withTimeLimit } from '../base/abort.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../transport/datagram.ts'
import { kindOfAddress } from './external-address.ts'
import { decodeNatPmp } from './nat-pmp.ts'
import { decodePcp } from './pcp.ts'
import type {
  ExternalEndpoint,
  PortMapper,
  PortMappingProblem,
  PortMappingStatus,
  PortsToMap,
} from './port-mapping.ts'
import type { LocalNetwork } from './protocol.ts'
import type { RouterHttp } from './router-http.ts'
import { RouterLink } from './router-link.ts'
import { isSameAddress } from './router-port.ts'
import { decodeSsdp, SSDP_GROUPS, SSDP_PORT } from './ssdp.ts'
import { isGatewayType } from './upnp-discovery.ts'

/**
 * Maximum number of addresses of this machine that are mapped: it may have many, such as those of
 * containers.
 */
const MAX_NETWORKS = 8
/** Time for routers to remove mappings, unless the caller waits longer. */
const CLOSE_LIMIT_MS = 2000
/**
 * Interval between checks for added and removed addresses, which the system does not report to us.
 */
const LOOK_MS = 60_000
/**
 * RFC 6886 section 3.2.1 and RFC 6887 section 14.1: where routers announce that they have started.
 */
const ANNOUNCE_GROUPS = { 4: '224.0.0.1', 6: 'ff02::1' } as const
const ANNOUNCE_PORT = 5350

/** The parts of the machine that a mapper uses. */
export interface RouterNetwork {
  readonly clock: Clock
  readonly random: Random
  readonly openDatagram: OpenDatagram
  readonly http: RouterHttp
  /** The addresses of this machine that are neither loopback nor link-local, with their routers. */
  localNetworks(): Promise<LocalNetwork[]>
}

export interface MapperOptions {
  /** The address that the ports are bound to. Undefined: all. */
  readonly host: string | undefined
  readonly ports: PortsToMap
  /** Called when `status` or `endpoints` may have changed. */
  readonly onChange: () => void
}

/** Keeps ports mapped at the routers of all local networks. */
export class RouterPortMapper implements PortMapper {
  readonly #network: RouterNetwork
  readonly #options: MapperOptions
  readonly #abort = new AbortController()
  readonly #watches: DatagramSocket[] = []
  #ports: PortsToMap
  #links: RouterLink[] = []
  #isSearching = true
  /** Settles after the last change of the links. */
  #changing: Promise<void>
  #cancelLook = () => {}
  #closing: Promise<void> | null = null

  constructor(network: RouterNetwork, options: MapperOptions) {
    this.#network = network
    this.#options = options
    this.#ports = options.ports
    this.#changing = this.#watch().then(() => this.#look())
  }

  get status(): PortMappingStatus {
    const mappings = this.#links.flatMap(link => link.mappings)
    const searching = this.#isSearching || this.#links.some(link => link.isSearching)
    const hasOpen = mappings.some(({ method, problem }) => method !== null && problem === null)
    const isDirect = this.#links.some(
      ({ network: { family, address } }) => family === 4 && kindOfAddress(address) === 'public',
    )
    const isFine = searching || hasOpen || isDirect
    return { searching, isDirect, mappings, problem: isFine ? null : this.#problem(mappings) }
  }

  get endpoints(): ExternalEndpoint[] {
    return this.#links.flatMap(({ network: { family }, mappings }) =>
      mappings.flatMap(({ transport, externalAddress, externalPort, internalPort, problem }) =>
        externalPort === null || problem !== null
          ? []
          : [{ transport, address: externalAddress, port: externalPort, internalPort, family }],
      ),
    )
  }

  setPorts(ports: PortsToMap): void {
    if (ports.tcp === this.#ports.tcp && ports.udp === this.#ports.udp) return
    this.#ports = ports
    this.#change(async () => {
      const links = this.#links
      this.#links = []
      await this.#closeLinks(links)
      await this.#look()
    })
  }

  networkChanged(): void {
    this.#change(async () => {
      for (const link of this.#links) link.renew()
      await this.#look()
    })
  }

  close(limitMs = CLOSE_LIMIT_MS): Promise<void> {
    this.#closing ??= this.#close(limitMs)
    return this.#closing
  }

  async #close(limitMs: number): Promise<void> {
    this.#abort.abort()
    this.#cancelLook()
    await this.#changing
    this.#cancelLook()
    await this.#closeLinks(this.#links, limitMs)
    this.#links = []
    await Promise.all(this.#watches.map(socket => socket.close()))
  }

  #change(work: () => Promise<void>): void {
    this.#changing = this.#changing.then(() => (this.#abort.signal.aborted ? undefined : work()))
  }

  /** Opens links for new addresses and closes those of removed addresses. */
  async #look(): Promise<void> {
    this.#cancelLook()
    const networks = await this.#networks()
    const isKnown = (link: RouterLink) => networks.some(network => isSame(network, link.network))
    const gone = this.#links.filter(link => !isKnown(link))
    const fresh = networks.filter(network => !this.#links.some(link => isSame(network, link.network)))
    this.#links = this.#links.filter(isKnown)
    const { onChange } = this.#options
    if (!this.#abort.signal.aborted)
      for (const network of fresh)
        this.#links.push(new RouterLink({ ...this.#network, network, ports: this.#ports, onChange }))
    const wasSearching = this.#isSearching
    this.#isSearching = false
    if (gone.length > 0 || fresh.length > 0 || wasSearching) onChange()
    this.#cancelLook = this.#network.clock.after(LOOK_MS, () => this.#change(() => this.#look()))
    await this.#closeLinks(gone)
  }

  async #networks(): Promise<LocalNetwork[]> {
    const { host } = this.#options
    const { tcp, udp } = this.#ports
    if (tcp === 0 && udp === 0) return []
    const all = await this.#network.localNetworks().catch(() => [])
    const isBound = ({ family, address }: LocalNetwork) => {
      if (host === undefined || host === '::') return true
      return host === '0.0.0.0' ? family === 4 : isSameAddress(address, host)
    }
    return all.filter(isBound).slice(0, MAX_NETWORKS)
  }

  async #closeLinks(links: readonly RouterLink[], limitMs = CLOSE_LIMIT_MS): Promise<void> {
    if (links.length === 0) return
    const { signal } = new AbortController()
    await withTimeLimit(
      this.#network.clock,
      limitMs,
      signal,
      () => new Error('time is up'),
      limit => Promise.all(links.map(link => link.close(limit))),
    )
  }

  /**
   * Listens for routers' announcements. Without it, a router restart is noticed at the next
   * renewal.
   */
  async #watch(): Promise<void> {
    await Promise.allSettled(
      ([4, 6] as const).flatMap(family => [
        this.#listen(family, ANNOUNCE_PORT, ANNOUNCE_GROUPS[family], (bytes, link) => {
          if (decodeNatPmp(bytes) || decodePcp(bytes)) link.hint()
        }),
        this.#listen(family, SSDP_PORT, SSDP_GROUPS[family], (bytes, link) => {
          const message = decodeSsdp(bytes)
          if (!message || !isGatewayType(message.type)) return
          if (message.kind === 'gone') link.hint()
          else if (message.kind === 'alive' && message.bootId !== undefined) link.hint(message.bootId)
        }),
      ]),
    )
  }

  async #listen(
    family: IpFamily,
    port: number,
    group: string,
    onMessage: (bytes: Uint8Array, link: RouterLink) => void,
  ): Promise<void> {
    const socket = await this.#network.openDatagram({ family, port, multicast: { group }, unref: true })
    if (this.#abort.signal.aborted) return socket.close()
    this.#watches.push(socket)
    socket.onMessage = (bytes, host) => {
      for (const link of this.#links)
        if (link.router !== null && isSameAddress(link.router, host)) onMessage(bytes, link)
    }
  }

  #problem(mappings: PortMappingStatus['mappings']): PortMappingProblem | null {
    const { tcp, udp } = this.#ports
    if (tcp === 0 && udp === 0) return null
    for (const { problem } of mappings) if (problem) return problem
    const message =
      'This machine is not in a network with a router. If it is, forward the port in its settings by hand.'
    return { code: 'no-router', message }
  }
}

function isSame(a: LocalNetwork, b: LocalNetwork): boolean {
  return a.address === b.address && a.gateway === b.gateway && a.name === b.name
}
