import type { TransportServices } from '../transport/services.ts'
import type { Transport } from '../transport/transport.ts'

/** Browsers have no sockets; the session receives the transports that they can have from its environment. */
export function createTransports(_services: TransportServices): Transport[] {
  return []
}
