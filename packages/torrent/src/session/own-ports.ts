import { parseIp, unmapIp } from '../base/ip.ts'
import { isLocalAddress } from '../base/local-address.ts'
import type { ExternalEndpoint, PortMapper } from '../port-mapping/port-mapping.ts'

/** The port at which a session accepts connections, and the one that others dial. */
export class OwnPorts {
  /** Port that accepts connections; 0 if none does. */
  listen = 0
  mapper: PortMapper | null = null

  /**
   * The port that others dial over IPv4; differs from `listen` if a router mapped that to another
   * port.
   */
  get announced(): number {
    return this.#mapped(4)
  }

  /** The port at which a peer with this IP address can dial us; 0 if we accept no connections. */
  for(host: string): number {
    if (isLocalAddress(host)) return this.listen
    const ip = parseIp(host)
    return this.#mapped(ip && unmapIp(ip).length === 16 ? 6 : 4)
  }

  #mapped(wanted: 4 | 6): number {
    const isOurs = ({ transport, family, internalPort }: ExternalEndpoint) =>
      transport === 'tcp' && family === wanted && internalPort === this.listen
    return this.mapper?.endpoints.find(isOurs)?.port ?? this.listen
  }
}
