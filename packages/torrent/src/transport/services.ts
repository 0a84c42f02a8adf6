import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { SharedDatagrams } from './shared-datagrams.ts'

/** The parts of a session on which its transports are built. */
export interface TransportServices {
  readonly clock: Clock
  readonly random: Random
  /** The UDP ports of the session. A transport over UDP shares them with the DHT. */
  readonly datagrams: SharedDatagrams
}
