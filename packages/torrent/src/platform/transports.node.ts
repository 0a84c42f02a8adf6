import type { TransportServices } from '../transport/services.ts'
import { TcpTransport } from '../transport/tcp-transport.node.ts'
import type { Transport } from '../transport/transport.ts'
import { UtpTransport } from '../transport/utp/utp-transport.ts'

/** Creates the transports of this platform. TCP comes first, because uTP listens at the same port. */
export function createTransports(services: TransportServices): Transport[] {
  return [new TcpTransport(), new UtpTransport(services)]
}
