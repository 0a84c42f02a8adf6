import { TcpTransport } from '../transport/tcp-transport.node.ts'
import type { Transport } from '../transport/transport.ts'

/** The transports of this platform, new ones at each call. */
export function createTransports(): Transport[] {
  return [new TcpTransport()]
}
