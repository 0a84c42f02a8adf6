import type { PortMappingStatus } from '../port-mapping/port-mapping.ts'
import type { EngineContext } from './engine-context.ts'
import type { Environment } from './environment.ts'
import type { Torrent } from './torrent/torrent.ts'

interface MappedPortsOptions {
  readonly open: Environment['openPortMapper']
  /** The address that the session listens on. Undefined: all. */
  readonly host: string | undefined
  readonly torrents: () => readonly Torrent[]
}

/** Keeps the ports of a session mapped at routers while its settings say so, and announces the port that results. */
export class MappedPorts {
  readonly #context: EngineContext
  readonly #options: MappedPortsOptions
  #announcedPort = 0

  constructor(context: EngineContext, options: MappedPortsOptions) {
    this.#context = context
    this.#options = options
  }

  get status(): PortMappingStatus | null {
    return this.#context.ports.mapper?.status ?? null
  }

  /** Call when the session's ports or settings have changed. */
  async follow(): Promise<void> {
    const { ports: own, dhtPort, settings, transports } = this.#context
    if (!settings.portMapping || own.listen === 0) return this.close()
    const hasUdp = transports.all.some(({ kind }) => kind === 'utp')
    const ports = { tcp: own.listen, udp: dhtPort || (hasUdp ? own.listen : 0) }
    if (own.mapper) return own.mapper.setPorts(ports)
    const { open, host } = this.#options
    this.#announcedPort = own.announced
    own.mapper = open({ host, ports, onChange: () => this.#onChange() })
  }

  async close(): Promise<void> {
    const { ports } = this.#context
    const { mapper } = ports
    ports.mapper = null
    await mapper?.close()
  }

  #onChange(): void {
    const { ports, ownAddresses } = this.#context
    for (const { address } of ports.mapper?.endpoints ?? [])
      if (address !== null) ownAddresses.tell('router', address)
    this.#announce()
  }

  /** Tells trackers and the DHT if others have to dial another port than before. */
  #announce(): void {
    const { announced } = this.#context.ports
    if (announced === this.#announcedPort) return
    this.#announcedPort = announced
    for (const torrent of this.#options.torrents()) torrent.phases.network.announcements.refresh()
  }
}
