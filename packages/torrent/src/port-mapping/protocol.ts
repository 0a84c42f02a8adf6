import { CodedError } from '../base/errors.ts'
import type { MappedTransport, PortMappingMethod, PortMappingProblemCode } from './port-mapping.ts'

/** An address of this machine, and its router. */
export interface LocalNetwork {
  readonly family: 4 | 6
  /** Name of the interface. */
  readonly name: string
  /** Our address: an IP literal without zone. */
  readonly address: string
  readonly prefixLength: number
  /** The default router: an IP literal, link-local IPv6 with its `%zone`. Null if unknown. */
  readonly gateway: string | null
}

export interface MapRequest {
  readonly transport: MappedTransport
  readonly internalPort: number
  /** The requested external port; the router may choose another. */
  readonly suggestedPort: number
  /** The mapping that the router granted last time, to renew it. */
  readonly previous: Granted | null
}

/** A mapping that a router granted. */
export interface Granted {
  readonly externalPort: number
  /** Null if the router does not report it. */
  readonly externalAddress: string | null
  /** 0: unlimited. */
  readonly lifetimeSeconds: number
  /** The protocol's identifier for renewing and removing it. */
  readonly token?: string
}

/** One protocol that one router speaks. */
export interface MappingProtocol {
  readonly method: PortMappingMethod
  readonly router: string
  /** Creates or renews a mapping. Rejects with a RouterError or the signal's reason. */
  map(request: MapRequest, signal: AbortSignal): Promise<Granted>
  /** Removes a mapping. Rejects like `map`. */
  unmap(
    transport: MappedTransport,
    internalPort: number,
    granted: Granted,
    signal: AbortSignal,
  ): Promise<void>
  close(): Promise<void>
}

/** A router refused or did not answer. */
export class RouterError extends CodedError<PortMappingProblemCode> {
  override name = 'RouterError'
}

/**
 * RFC 6886 section 3.3 recommends two hours and the UPnP standards one, which also bounds how long
 * a mapping outlives a crash.
 */
export const LIFETIME_SECONDS = 3600
