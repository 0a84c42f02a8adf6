import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const OPTIONS = {
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
}

/** Creates a host from libp2p's public packages. It listens on 127.0.0.1. */
export function plainHost() {
  return createLibp2p({ ...OPTIONS, transports: [tcp()], services: { identify: identify() } })
}

/** A host that relays for others. */
export function relayHost() {
  const services = { identify: identify(), relay: circuitRelayServer() }
  return createLibp2p({ ...OPTIONS, transports: [tcp()], services })
}

/** A host reachable through relays only. */
export function hiddenHost() {
  return createLibp2p({
    ...OPTIONS,
    addresses: { listen: ['/p2p-circuit'] },
    transports: [tcp(), circuitRelayTransport()],
    services: { identify: identify() },
  })
}
