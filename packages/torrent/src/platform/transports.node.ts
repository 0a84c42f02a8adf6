import type { TransportServices } from '../transport/services.ts'
import { TcpTransport } from '../transport/tcp-transport.node.ts'
import type { Transport } from '../transport/transport.ts'

/** Creates the transports of this platform, in order of preference. */
export function createTransports(_services: TransportServices): Transport[] {
  return [new TcpTransport()]
}
