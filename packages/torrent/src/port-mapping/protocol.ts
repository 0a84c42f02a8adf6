import { CodedError } from '../base/errors.ts'
import type { MappedTransport, PortMappingMethod, PortMappingProblemCode } from './port-mapping.ts'

/** An address of this machine, and the router behind which it is. */
export interface LocalNetwork {
  readonly family: 4 | 6
  /** Name of the interface. */
  readonly name: string
  /** Our address: an IP literal without zone. */
  readonly address: string
  readonly prefixLength: number
  /** The default router: an IP literal, link-local IPv6 with its `%zone`. Null if it is not known. */
  readonly gateway: string | null
}

export interface MapRequest {
  readonly transport: MappedTransport
  readonly internalPort: number
  /** The external port that is wanted; the router may choose another. */
  readonly suggestedPort: number
  /** The mapping that the router granted last time, to renew it. */
  readonly previous: Granted | null
}

/** A mapping that a router granted. */
export interface Granted {
  readonly externalPort: number
  /** Null if the router does not tell. */
  readonly externalAddress: string | null
  /** 0: forever. */
  readonly lifetimeSeconds: number
  /** The name by which the protocol renews and removes it. */
  readonly token?: string
}

/** One protocol in which one router can be asked. */
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

/** A router's refusal, or its silence. */
export class RouterError extends CodedError<PortMappingProblemCode> {
  override name = 'RouterError'
}

/** RFC 6886 section 3.3 recommends two hours and the UPnP standards one, which also bounds how long a mapping outlives a crash. */
export const LIFETIME_SECONDS = 3600
