import type { Transport } from '../transport/transport.ts'

/** Returns nothing: browsers have no sockets. Other transports are passed to the session. */
export function createTransports(): Transport[] {
  return []
}
