import { Dialer } from '#dialer'
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Connection, DialOptions, PeerAddress, Transport } from './transport.ts'

/**
 * The transports of a session, in order of preference. `Dialer` chooses among those that can dial
 * an address.
 */
export class TransportSet {
  readonly #transports: Transport[]
  readonly #dialer: Dialer

  constructor(clock: Clock, transports: readonly Transport[]) {
    this.#transports = [...transports]
    this.#dialer = new Dialer(clock)
  }

  /** All transports, the preferred ones first. */
  get all(): readonly Transport[] {
    return this.#transports
  }

  /** Number of addresses that are remembered. */
  get remembered(): number {
    return this.#dialer.remembered
  }

  /** Adds a transport after all others. Throws `bad-argument` if there is one of its kind. */
  add(transport: Transport): void {
    const { kind } = transport
    if (this.#transports.some(other => other.kind === kind))
      throw new ShoalError('bad-argument', `this session has a ${kind} transport already: remove it first`)
    this.#transports.push(transport)
  }

  remove(transport: Transport): void {
    const at = this.#transports.indexOf(transport)
    if (at >= 0) this.#transports.splice(at, 1)
  }

  /**
   * Opens a connection over any transport that reaches the address. Rejects with `unsupported` if
   * none can, with the error of the preferred transport if all fail, or with the signal's reason.
   */
  dial(address: PeerAddress, options: DialOptions): Promise<Connection> {
    const able = this.#transports.filter(transport => transport.canDial(address))
    if (able.length > 0) return this.#dialer.dial(able, address, options, this)
    return Promise.reject(
      new ShoalError('unsupported', `No transport of this session reaches ${address.host}`),
    )
  }
}
