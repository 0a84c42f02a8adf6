import {
  type CircuitRelayServerComponents,
  type CircuitRelayService,
  circuitRelayServer,
} from '@libp2p/circuit-relay-v2'
import type { Libp2pEvents, Startable, TypedEventTarget } from '@libp2p/interface'
import { isPublic } from '../multiaddrs.ts'

/** A relayed connection is for signaling: it carries the few kilobytes by which two nodes find a direct path. */
const LIMITS = {
  maxReservations: 64,
  reservationTtl: 30 * 60_000,
  applyDefaultLimit: true,
  defaultDurationLimit: 60_000,
  defaultDataLimit: 64n * 1024n,
}
const MAX_STREAMS = 32

export interface SignalingRelay {
  /** Others may use this node as relay, because it is reachable. */
  readonly isServing: boolean
  /** Number of nodes that others reach through this one. */
  readonly reservations: number
}

/**
 * A relay (libp2p/specs, circuit relay v2) that serves others from the time at which this node is reachable from outside. Others ask only nodes that name
 * the protocol, so that an unreachable node is not asked in vain.
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
