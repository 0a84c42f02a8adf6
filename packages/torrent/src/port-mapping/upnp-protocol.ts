import { withTimeLimit } from '../base/abort.ts'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { canonicalIp } from '../base/ip.ts'
import type { Random } from '../base/random.ts'
import { CONNECTION_TYPES, FIREWALL_TYPE, type IgdService } from './igd-description.ts'
import type { MappedTransport, PortMappingProblemCode } from './port-mapping.ts'
import {
  type Granted,
  LIFETIME_SECONDS,
  type LocalNetwork,
  type MappingProtocol,
  type MapRequest,
  RouterError,
} from './protocol.ts'
import type { RouterHttp } from './router-http.ts'
import {
  actionHeaders,
  decodeAnswer,
  encodeAction,
  MAX_ANSWER_BYTES,
  type SoapValues,
  UpnpError,
} from './soap.ts'

const DESCRIPTION = 'Shoal'
const CALL_LIMIT_MS = 6000
/** Number of ports that are tried if others are taken. */
const MAX_PORT_TRIES = 6

/**
 * Errors of WANIPConnection:1 and :2, section 2.4, and of every action (UPnP Device Architecture
 * 1.1, section 3.2.6).
 */
const ERROR = {
  invalidArgs: 402,
  actionFailed: 501,
  notAuthorized: 606,
  noSuchEntry: 714,
  conflictInMappingEntry: 718,
  samePortValuesRequired: 724,
  onlyPermanentLeasesSupported: 725,
  noPortMapsAvailable: 728,
  conflictWithOtherMechanisms: 729,
} as const
/** WANIPv6FirewallControl:1. */
const PINHOLES_FORBIDDEN = 703
const NO_SUCH_PINHOLE = 704

const MEANINGS: Readonly<Record<number, readonly [PortMappingProblemCode, string]>> = {
  [ERROR.notAuthorized]: ['refused', 'it does not allow mappings'],
  [ERROR.conflictInMappingEntry]: ['port-taken', 'the port is taken'],
  [ERROR.samePortValuesRequired]: ['port-taken', 'the port is taken, and it allows no other'],
  [ERROR.noPortMapsAvailable]: ['port-taken', 'it has no room for more mappings'],
  [ERROR.conflictWithOtherMechanisms]: ['port-taken', 'the port is taken'],
  // WANIPv6FirewallControl:1: InboundPinholeNotAllowed.
  [PINHOLES_FORBIDDEN]: ['refused', 'it does not allow pinholes'],
}

export interface IgdOptions {
  readonly clock: Clock
  readonly random: Random
  readonly http: RouterHttp
  readonly network: LocalNetwork
  readonly services: readonly IgdService[]
}

/** Calls the actions of one service of a device. */
class Service {
  readonly #options: IgdOptions
  readonly #service: IgdService

  constructor(options: IgdOptions, service: IgdService) {
    this.#options = options
    this.#service = service
  }

  get router(): string {
    return this.#service.controlUrl.host
  }

  get type(): string {
    return this.#service.type
  }

  /** Rejects with UpnpError, RouterError or the signal's reason. */
  async call(action: string, values: SoapValues, signal: AbortSignal): Promise<SoapValues> {
    const { clock, http, network } = this.#options
    const { type, controlUrl } = this.#service
    const silent = () => new RouterError('no-answer', `The router at ${this.router} does not answer`)
    const request = {
      method: 'POST',
      headers: actionHeaders(type, action),
      body: encodeAction(type, action, values),
      localAddress: network.address,
      maxBytes: MAX_ANSWER_BYTES,
    } as const
    try {
      const work = (limit: AbortSignal) => http(controlUrl, request, limit)
      return decodeAnswer((await withTimeLimit(clock, CALL_LIMIT_MS, signal, silent, work)).body, action)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof UpnpError || error instanceof RouterError) throw error
      throw new RouterError('no-answer', messageOf(error))
    }
  }
}

/**
 * Returns the protocol for the network's family, if the device has a service for it. Rejects with
 * RouterError or the signal's reason.
 */
export async function chooseService(
  options: IgdOptions,
  signal: AbortSignal,
): Promise<MappingProtocol | null> {
  const { network, services } = options
  const wanted: readonly string[] = network.family === 4 ? CONNECTION_TYPES : [FIREWALL_TYPE]
  const usable = services.filter(({ type }) => wanted.includes(type)).map(each => new Service(options, each))
  const [first] = usable
  if (!first) return null
  if (network.family === 6) return new PinholeProtocol(first, network)
  // A router may have several connections, such as a former one; only one is up.
  const connected = usable.length > 1 ? await findConnected(usable, signal) : null
  return new IgdProtocol(connected ?? first, options)
}

async function findConnected(services: readonly Service[], signal: AbortSignal): Promise<Service | null> {
  for (const service of services) {
    const status = await service.call('GetStatusInfo', {}, signal).catch(() => null)
    signal.throwIfAborted()
    if (status?.NewConnectionStatus === 'Connected') return service
  }
  return null
}

/** WANIPConnection:1 and :2 and WANPPPConnection:1, for IPv4. */
class IgdProtocol implements MappingProtocol {
  readonly method = 'upnp'
  readonly #service: Service
  readonly #network: LocalNetwork
  readonly #random: Random
  /** Falls to 0 (permanent) for routers that grant nothing else. */
  #leaseSeconds = LIFETIME_SECONDS

  constructor(service: Service, { network, random }: IgdOptions) {
    this.#service = service
    this.#network = network
    this.#random = random
  }

  get router(): string {
    return this.#service.router
  }

  async map(request: MapRequest, signal: AbortSignal): Promise<Granted> {
    try {
      const externalPort = await this.#mapAnyPort(request, signal)
      const externalAddress = await this.#externalAddress(signal)
      return { externalPort, externalAddress, lifetimeSeconds: this.#leaseSeconds }
    } catch (error) {
      throw routerError(error, this.router)
    }
  }

  async unmap(
    transport: MappedTransport,
    _internalPort: number,
    granted: Granted,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#service.call('DeletePortMapping', this.#entry(transport, granted.externalPort), signal)
    } catch (error) {
      if (!(error instanceof UpnpError && error.upnpCode === ERROR.noSuchEntry))
        throw routerError(error, this.router)
    }
  }

  async close(): Promise<void> {}

  /**
   * Tries the suggested port first, then random ones while ports are taken. Returns the mapped one.
   */
  async #mapAnyPort(
    { transport, internalPort, suggestedPort }: MapRequest,
    signal: AbortSignal,
  ): Promise<number> {
    let port = suggestedPort
    for (let left = MAX_PORT_TRIES; ; ) {
      try {
        if (await this.#isForeign(transport, port, signal))
          throw new UpnpError(ERROR.conflictInMappingEntry, '')
        await this.#add(transport, internalPort, port, signal)
        return port
      } catch (error) {
        const code = error instanceof UpnpError ? error.upnpCode : 0
        const isTaken = code === ERROR.conflictInMappingEntry || code === ERROR.conflictWithOtherMechanisms
        if (this.#mayBeLease(code)) this.#leaseSeconds = 0
        else if (code === ERROR.samePortValuesRequired && port !== internalPort && left > 1)
          port = internalPort
        else if (isTaken && this.#service.type === CONNECTION_TYPES[0])
          return await this.#addAny(transport, internalPort, port, signal)
        else if (isTaken && left > 1) port = 1024 + this.#random.below(65_536 - 1024)
        else throw error
        left--
      }
    }
  }

  /** Many routers that grant only permanent leases report that as a general error. */
  #mayBeLease(code: number): boolean {
    const codes: readonly number[] = [
      ERROR.onlyPermanentLeasesSupported,
      ERROR.invalidArgs,
      ERROR.actionFailed,
    ]
    return this.#leaseSeconds !== 0 && codes.includes(code)
  }

  /**
   * Whether the port is mapped to another machine. Some routers would overwrite that without an
   * error.
   */
  async #isForeign(transport: MappedTransport, port: number, signal: AbortSignal): Promise<boolean> {
    try {
      const { NewInternalClient = '' } = await this.#service.call(
        'GetSpecificPortMappingEntry',
        this.#entry(transport, port),
        signal,
      )
      return NewInternalClient !== '' && canonicalIp(NewInternalClient) !== this.#network.address
    } catch (error) {
      if (error instanceof UpnpError) return false
      throw error
    }
  }

  async #add(
    transport: MappedTransport,
    internalPort: number,
    port: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#service.call('AddPortMapping', this.#mapping(transport, internalPort, port), signal)
  }

  /** WANIPConnection:2 section 2.5.21: the router chooses another port if that one is taken. */
  async #addAny(
    transport: MappedTransport,
    internalPort: number,
    port: number,
    signal: AbortSignal,
  ): Promise<number> {
    const mapping = this.#mapping(transport, internalPort, port)
    const { NewReservedPort = '' } = await this.#service.call('AddAnyPortMapping', mapping, signal)
    const reserved = /^\d{1,5}$/.test(NewReservedPort) ? Number(NewReservedPort) : 0
    if (reserved < 1 || reserved > 65_535) throw new UpnpError(ERROR.conflictInMappingEntry, '')
    return reserved
  }

  #mapping(transport: MappedTransport, internalPort: number, port: number): SoapValues {
    return {
      ...this.#entry(transport, port),
      NewInternalPort: String(internalPort),
      NewInternalClient: this.#network.address,
      NewEnabled: '1',
      NewPortMappingDescription: DESCRIPTION,
      NewLeaseDuration: String(this.#leaseSeconds),
    }
  }

  /**
   * Returns the arguments that identify a mapping. An empty remote host means all, as error 726
   * (RemoteHostOnlySupportsWildcard) demands.
   */
  #entry(transport: MappedTransport, port: number): SoapValues {
    return { NewRemoteHost: '', NewExternalPort: String(port), NewProtocol: transport.toUpperCase() }
  }

  async #externalAddress(signal: AbortSignal): Promise<string | null> {
    try {
      const { NewExternalIPAddress = '' } = await this.#service.call('GetExternalIPAddress', {}, signal)
      return canonicalIp(NewExternalIPAddress)
    } catch (error) {
      if (error instanceof UpnpError) return null
      throw error
    }
  }
}

/** WANIPv6FirewallControl:1. */
class PinholeProtocol implements MappingProtocol {
  readonly method = 'upnp'
  readonly #service: Service
  readonly #network: LocalNetwork

  constructor(service: Service, network: LocalNetwork) {
    this.#service = service
    this.#network = network
  }

  get router(): string {
    return this.#service.router
  }

  async map(request: MapRequest, signal: AbortSignal): Promise<Granted> {
    const open = { externalPort: request.internalPort, externalAddress: this.#network.address }
    try {
      const { FirewallEnabled = '1', InboundPinholeAllowed = '1' } = await this.#service.call(
        'GetFirewallStatus',
        {},
        signal,
      )
      if (FirewallEnabled === '0') return { ...open, lifetimeSeconds: 0 }
      if (InboundPinholeAllowed === '0') throw new UpnpError(PINHOLES_FORBIDDEN, '')
      const token = await this.#pinhole(request, signal)
      return { ...open, lifetimeSeconds: LIFETIME_SECONDS, token }
    } catch (error) {
      throw routerError(error, this.router)
    }
  }

  async unmap(
    _transport: MappedTransport,
    _internalPort: number,
    { token }: Granted,
    signal: AbortSignal,
  ): Promise<void> {
    if (token === undefined) return
    try {
      await this.#service.call('DeletePinhole', { UniqueID: token }, signal)
    } catch (error) {
      if (!(error instanceof UpnpError && error.upnpCode === NO_SUCH_PINHOLE))
        throw routerError(error, this.router)
    }
  }

  async close(): Promise<void> {}

  /** Renews the pinhole if there is one, otherwise opens one. Returns its ID. */
  async #pinhole({ transport, internalPort, previous }: MapRequest, signal: AbortSignal): Promise<string> {
    const lease = String(LIFETIME_SECONDS)
    if (previous?.token !== undefined) {
      try {
        await this.#service.call('UpdatePinhole', { UniqueID: previous.token, NewLeaseTime: lease }, signal)
        return previous.token
      } catch (error) {
        if (!(error instanceof UpnpError)) throw error
      }
    }
    const { UniqueID = '' } = await this.#service.call(
      'AddPinhole',
      {
        RemoteHost: '',
        RemotePort: '0',
        InternalClient: this.#network.address,
        InternalPort: String(internalPort),
        // IANA protocol numbers.
        Protocol: transport === 'tcp' ? '6' : '17',
        LeaseTime: lease,
      },
      signal,
    )
    return UniqueID.slice(0, 16)
  }
}

function routerError(error: unknown, router: string): unknown {
  if (!(error instanceof UpnpError)) return error
  const [code, text] = MEANINGS[error.upnpCode] ?? [
    'router-error',
    `${error.message} (UPnP error ${error.upnpCode})`,
  ]
  return new RouterError(code, `The router at ${router} refuses the mapping: ${text}`)
}
