import type { Route } from '../transport/route.node.ts'
import type { TransportServices } from '../transport/services.ts'
import { TcpTransport } from '../transport/tcp-transport.node.ts'
import type { Transport } from '../transport/transport.ts'
import { UtpTransport } from '../transport/utp/utp-transport.ts'

/**
 * Creates the transports of this platform, on the route if there is one. TCP comes first, because
 * uTP listens on the same port.
 */
export function createTransports(services: TransportServices, route?: Route): Transport[] {
  return [new TcpTransport(route), new UtpTransport(services)]
}
