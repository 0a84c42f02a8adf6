import type { PortMappingStatus } from '../port-mapping/port-mapping.ts'
import type { SessionOptions, SessionSettings } from '../session-api.ts'
import type { EngineContext } from './engine-context.ts'
import type { Environment } from './environment.ts'
import { StunAnswers } from './stun-answers.ts'
import type { Torrent } from './torrent/torrent.ts'

/**
 * Time for routers to remove mappings when settings change: a machine that reopens its network is
 * busy, and no user waits for its exit.
 */
const CHANGE_LIMIT_MS = 20_000

interface MappedPortsOptions {
  readonly open: Environment['openPortMapper']
  readonly options: SessionOptions
  readonly torrents: () => readonly Torrent[]
}

/**
 * Keeps the ports of a session mapped at routers while its settings say so, announces the
 * resulting port, and answers STUN on it.
 */
export class MappedPorts {
  readonly #context: EngineContext
  readonly #options: MappedPortsOptions
  readonly #stun: StunAnswers
  #settings: Pick<SessionSettings, 'portMapping' | 'stun'>
  #announcedPort = 0
  #listenPort = 0

  constructor(context: EngineContext, options: MappedPortsOptions) {
    this.#context = context
    this.#options = options
    this.#settings = options.options
    this.#stun = new StunAnswers(context, options.options.host)
  }

  get status(): PortMappingStatus | null {
    return this.#context.ports.mapper?.status ?? null
  }

  /** Call when the session's ports or settings have changed. */
  async follow(changes: SessionSettings = {}): Promise<void> {
    const { portMapping = false, stun = true } = { ...this.#settings, ...changes }
    this.#settings = { portMapping, stun }
    const { ports: own, ownAddresses } = this.#context
    if (own.listen !== this.#listenPort) ownAddresses.forgetArrivals()
    this.#listenPort = own.listen
    const udp = this.#udpPort
    await this.#stun.open(stun ? udp : 0)
    if (!portMapping || own.listen === 0) return this.#unmap(CHANGE_LIMIT_MS)
    const ports = { tcp: own.listen, udp }
    if (own.mapper) return own.mapper.setPorts(ports)
    const { open, options } = this.#options
    this.#announcedPort = own.announced
    own.mapper = open({ host: options.host, ports, onChange: () => this.#onChange() })
  }

  async close(): Promise<void> {
    await Promise.all([this.#stun.open(0), this.#unmap()])
  }

  /** The port of the DHT and uTP; 0 if neither has a port to dial. */
  get #udpPort(): number {
    const { ports, dhtPort, transports } = this.#context
    if (ports.listen === 0) return 0
    return dhtPort || (transports.all.some(({ kind }) => kind === 'utp') ? ports.listen : 0)
  }

  async #unmap(limitMs?: number): Promise<void> {
    const { ports } = this.#context
    const { mapper } = ports
    ports.mapper = null
    await mapper?.close(limitMs)
  }

  #onChange(): void {
    const { ports, ownAddresses } = this.#context
    for (const { address } of ports.mapper?.endpoints ?? [])
      if (address !== null) ownAddresses.tell('router', address)
    this.#announce()
  }

  /** Updates trackers and the DHT if the port to dial has changed. */
  #announce(): void {
    const { announced } = this.#context.ports
    if (announced === this.#announcedPort) return
    this.#announcedPort = announced
    for (const torrent of this.#options.torrents()) torrent.phases.network.announcements.refresh()
  }
}
