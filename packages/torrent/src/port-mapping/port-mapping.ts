/**
 * Port mapping: requests routers of the local network to forward a port. The contract of its
 * protocols and of the mapper.
 */

/**
 * Port mapping protocols, in order of preference: RFC 6887, RFC 6886, UPnP Internet Gateway Device
 * 1 and 2.
 */
export type PortMappingMethod = 'pcp' | 'nat-pmp' | 'upnp'

export type MappedTransport = 'tcp' | 'udp'

/**
 * Why a port is not mapped, or why its mapping does not make it reachable.
 *
 * - `no-router`: no router is known.
 * - `no-answer`: the router answers none of the protocols, or they are turned off.
 * - `refused`: the router forbids it.
 * - `port-taken`: every port that was tried is mapped to another machine.
 * - `router-error`: the router answered something else.
 * - `double-nat`: the router itself is in a private network, behind another one.
 * - `carrier-nat`: the internet provider shares the external address among its customers.
 */
export type PortMappingProblemCode =
  | 'no-router'
  | 'no-answer'
  | 'refused'
  | 'port-taken'
  | 'router-error'
  | 'double-nat'
  | 'carrier-nat'

export interface PortMappingProblem {
  readonly code: PortMappingProblemCode
  /** Describes the problem and what to do, in English. */
  readonly message: string
}

/** One port that a router was requested to open. */
export interface PortMapping {
  readonly transport: MappedTransport
  /** Address of the router, an IP literal. Null if none is known. */
  readonly router: string | null
  /** Null until a router has opened the port. */
  readonly method: PortMappingMethod | null
  /**
   * Address of this machine in the router's network, and the port that accepts connections there.
   */
  readonly internalAddress: string
  readonly internalPort: number
  /**
   * The endpoint that others dial. Null while it is not mapped, or if the router does not report
   * it.
   */
  readonly externalAddress: string | null
  readonly externalPort: number | null
  /**
   * Unix milliseconds at which the router forgets the mapping unless it is renewed. Null: never, or
   * not mapped.
   */
  readonly expiresMs: number | null
  readonly problem: PortMappingProblem | null
}

export interface PortMappingStatus {
  /** Whether the mapper is still waiting for the first answers. */
  readonly searching: boolean
  readonly mappings: readonly PortMapping[]
  /**
   * Whether this machine has a public IPv4 address itself, so that no router translates its port.
   */
  readonly isDirect: boolean
  /**
   * Why no port of this machine is reachable through a mapping; null if one is, if none is needed,
   * or while searching.
   */
  readonly problem: PortMappingProblem | null
}

/** The ports to map; 0: none. */
export interface PortsToMap {
  readonly tcp: number
  readonly udp: number
}

/** An address and port of this machine as the internet sees it, according to a router. */
export interface ExternalEndpoint {
  readonly transport: MappedTransport
  /** Null if the router opened the port but did not report its address. */
  readonly address: string | null
  readonly port: number
  /** The port of this machine that it leads to. */
  readonly internalPort: number
  readonly family: 4 | 6
}

/** Keeps ports mapped at every router of the local network, until it is closed. */
export interface PortMapper {
  readonly status: PortMappingStatus
  /** Open mappings whose external address is public or unknown. */
  readonly endpoints: readonly ExternalEndpoint[]
  /** Maps other ports, and removes the previous mappings. */
  setPorts(ports: PortsToMap): void
  /** Searches for routers again, and renews all mappings. */
  networkChanged(): void
  /** Removes all mappings, within `limitMs` (default: two seconds). Never rejects. */
  close(limitMs?: number): Promise<void>
}
