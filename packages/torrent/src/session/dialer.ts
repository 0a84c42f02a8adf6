import type { EncryptionPolicy } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { dialPeer, type HandshakeTopic } from '../swarm/handshakes.ts'
import type { ReadyConnection } from '../swarm/ready-connection.ts'
import type { PeerAddress } from '../transport/transport.ts'
import type { TransportSet } from '../transport/transport-set.ts'
import { limited } from './limited.ts'

/** Connections being made at a time: more would flood home routers. */
const MAX_HALF_OPEN = 50
/** For connecting and both handshakes. */
const DIAL_LIMIT_MS = 15_000

export interface DialerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly transports: TransportSet
  readonly peerId: Uint8Array
  /** At the time of the call. */
  policy(): EncryptionPolicy
  /** Whether the peer may be told of our DHT node. */
  dht(): boolean
}

/** Makes the connections of a session, not too many at once, and none for longer than it takes a live peer to answer. */
export class Dialer {
  readonly #options: DialerOptions
  #halfOpen = 0

  constructor(options: DialerOptions) {
    this.#options = options
  }

  get halfOpen(): number {
    return this.#halfOpen
  }

  get hasRoom(): boolean {
    return this.#halfOpen < MAX_HALF_OPEN
  }

  /** Connects and shakes hands. Rejects with a ShoalError or the signal's reason. */
  async dial(address: PeerAddress, topic: HandshakeTopic, signal: AbortSignal): Promise<ReadyConnection> {
    const { clock, random, transports, policy, peerId, dht } = this.#options
    const limit = limited(clock, DIAL_LIMIT_MS, signal)
    this.#halfOpen++
    try {
      return await dialPeer(transports, address, topic, {
        policy: policy(),
        random,
        peerId,
        dht: dht(),
        signal: limit.signal,
      })
    } finally {
      this.#halfOpen--
      limit.end()
    }
  }
}
