/** A libp2p host in a page: it dials nodes by WebRTC direct, WebSocket and relays, and nobody dials it. */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { carryOffer } from '../transport/offers.ts'
import { parsePeerName } from '../transport/peer-name.ts'

const DIAL_LIMIT_MS = 15_000
/** The links that somebody opens name few nodes, but whoever writes a link can name many. */
const MAX_CONNECTIONS = 20

let opened: Promise<Libp2p> | undefined

function open(): Promise<Libp2p> {
  return createLibp2p({
    transports: [webRTCDirect(), webSockets(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // By default, pages dial no addresses of the local network.
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { maxConnections: MAX_CONNECTIONS },
    services: { identify: identify() },
  })
}

/** Carries a WebRTC offer to a peer, which `parsePeerName` must be able to read. Resolves to the answer; empty if the peer declines. Opens the host once. */
export async function carryToPeer(name: string, offer: string): Promise<string> {
  const signal = AbortSignal.timeout(DIAL_LIMIT_MS)
  const peer = parsePeerName(name)
  opened ??= open()
  const connection = await (await opened).dial(peer, { signal })
  return carryOffer(connection, offer, signal)
}
