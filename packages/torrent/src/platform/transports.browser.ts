import type { Transport } from '../transport/transport.ts'

/** Browsers have no sockets; transports that they can have are given to the session. */
export function createTransports(): Transport[] {
  return []
}
