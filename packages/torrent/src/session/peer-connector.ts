import type { EncryptionPolicy } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { limited } from '../base/limited.ts'
import type { Random } from '../base/random.ts'
import { dialPeer, type HandshakeTopic } from '../swarm/handshake/handshakes.ts'
import type { ReadyConnection } from '../swarm/handshake/ready-connection.ts'
import type { Connector } from '../swarm/swarm-context.ts'
import type { PeerAddress } from '../transport/transport.ts'
import type { TransportSet } from '../transport/transport-set.ts'

/** Maximum number of concurrent connection attempts: more would flood home routers. */
const MAX_HALF_OPEN = 50
/** Time limit for connecting and both handshakes. */
const DIAL_LIMIT_MS = 15_000

export interface PeerConnectorOptions {
  readonly clock: Clock
  readonly random: Random
  readonly transports: TransportSet
  readonly peerId: Uint8Array
  /** The policy at the time of the call. */
  policy(): EncryptionPolicy
  /** Whether to announce our DHT node's port to the peer. */
  dht(): boolean
  /** Whether the limits and the route of the session allow another connection. */
  mayConnect(): boolean
  /** Whether the session's IP filter blocks the address. */
  isBlocked(host: string): boolean
  /** An address is dialed. */
  onDial(address: PeerAddress): void
}

/**
 * Makes the outgoing connections of a session: a bounded number at a time, each within a time
 * limit.
 */
export class PeerConnector implements Connector {
  readonly #options: PeerConnectorOptions
  #halfOpen = 0

  constructor(options: PeerConnectorOptions) {
    this.#options = options
  }

  get halfOpen(): number {
    return this.#halfOpen
  }

  mayDial(): boolean {
    return this.#halfOpen < MAX_HALF_OPEN && this.#options.mayConnect()
  }

  async dial(
    address: PeerAddress,
    topic: HandshakeTopic,
    signal: AbortSignal,
    without?: readonly string[],
  ): Promise<ReadyConnection> {
    const { clock, random, transports, policy, peerId, dht } = this.#options
    if (this.#options.isBlocked(address.host))
      throw new ShoalError(
        'refused',
        `The IP filter blocks ${address.host}: change the filter to connect to it`,
      )
    this.#options.onDial(address)
    const limit = limited(clock, DIAL_LIMIT_MS, signal)
    this.#halfOpen++
    try {
      return await dialPeer(transports, address, topic, {
        policy: policy(),
        random,
        peerId,
        dht: dht(),
        without,
        signal: limit.signal,
      })
    } finally {
      this.#halfOpen--
      limit.end()
    }
  }
}
