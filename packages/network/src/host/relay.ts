import {
  type CircuitRelayServerComponents,
  type CircuitRelayService,
  circuitRelayServer,
} from '@libp2p/circuit-relay-v2'
import type { Libp2pEvents, Startable, TypedEventTarget } from '@libp2p/interface'
import { isPublic } from '../multiaddrs.ts'

/**
 * A relayed connection is for signaling: it carries the few kilobytes that two nodes need to find a
 * direct path.
 */
const LIMITS = {
  maxReservations: 64,
  reservationTtl: 30 * 60_000,
  applyDefaultLimit: true,
  defaultDurationLimit: 60_000,
  defaultDataLimit: 64n * 1024n,
}
const MAX_STREAMS = 32

export interface SignalingRelay {
  /** Whether this node serves others as a relay, because it is reachable. */
  readonly isServing: boolean
  /** Number of nodes that reserved a place at this relay. */
  readonly reservations: number
}

/**
 * A relay (libp2p/specs, circuit relay v2) that serves others once this node is reachable from
 * outside. The protocol is advertised only then, so that unreachable nodes receive no requests.
 */
export function signalingRelay({ isWanted }: { readonly isWanted: () => boolean }) {
  return (
    components: CircuitRelayServerComponents & { events: TypedEventTarget<Libp2pEvents> },
  ): SignalingRelay & Startable => {
    const { addressManager, events } = components
    const server = circuitRelayServer({
      reservations: LIMITS,
      maxInboundHopStreams: MAX_STREAMS,
      maxOutboundHopStreams: MAX_STREAMS,
      maxOutboundStopStreams: MAX_STREAMS,
    })(components) as CircuitRelayService & Startable
    let isServing = false
    const look = () => {
      if (isServing || !isWanted() || !addressManager.getAddresses().some(isPublic)) return
      isServing = true
      Promise.resolve(server.start()).catch(() => {
        isServing = false
      })
    }
    return {
      get isServing() {
        return isServing
      },
      get reservations() {
        return server.reservations.size
      },
      start() {
        events.addEventListener('self:peer:update', look)
        look()
      },
      async stop() {
        events.removeEventListener('self:peer:update', look)
        if (isServing) await server.stop()
        isServing = false
      },
    }
  }
}
