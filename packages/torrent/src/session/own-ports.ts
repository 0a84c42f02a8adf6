import { isLocalAddress } from '../base/local-address.ts'
import type { ExternalEndpoint, PortMapper } from '../port-mapping/port-mapping.ts'

/** The port at which a session accepts connections, and the one that others dial. */
export class OwnPorts {
  /** Port that accepts connections; 0 if none does. */
  listen = 0
  mapper: PortMapper | null = null

  /** The port that others dial: another one than `listen` if a router mapped that. */
  get announced(): number {
    const isOurs = ({ transport, family, internalPort }: ExternalEndpoint) =>
      transport === 'tcp' && family === 4 && internalPort === this.listen
    return this.mapper?.endpoints.find(isOurs)?.port ?? this.listen
  }

  /** The port at which a peer with this IP address can dial us; 0 if none accepts connections. */
  for(host: string): number {
    return isLocalAddress(host) ? this.listen : this.announced
  }
}
