import type { Clock } from '../base/clock.ts'
import type { Connection, DialOptions, PeerAddress, Transport } from './transport.ts'

/** Dials over the preferred transport: pages have none of their own that dials addresses, so that embedders add one, if any. */
export class Dialer {
  readonly remembered = 0

  // biome-ignore lint/complexity/noUselessConstructor: the same signature as in Node
  constructor(_clock: Clock) {}

  dial(transports: readonly Transport[], address: PeerAddress, options: DialOptions): Promise<Connection> {
    return transports[0]!.dial(address, options)
  }
}
