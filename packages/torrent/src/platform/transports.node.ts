import { TcpTransport } from '../transport/tcp-transport.node.ts'
import type { Transport } from '../transport/transport.ts'

/** Creates the transports of this platform. */
export function createTransports(): Transport[] {
  return [new TcpTransport()]
}
