/**
 * The libp2p host of a page. It dials nodes by WebRTC direct, WebSocket and relays, keeps
 * reservations at relays through which other pages and nodes send their offers, and queries the DHT
 * as a client. It carries no torrent data.
 */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { TransportManager } from '@libp2p/interface-internal'
import { noise } from '@libp2p/noise'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { systemClock } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import { createLibp2p } from 'libp2p'
import { steadyIdentify } from '../host/steady-identify.ts'
import { openLibp2pKad } from '../kad/libp2p-network.ts'
import { KnownStun } from '../transport/known-stun.ts'
import { answerOffer, carryOffer } from '../transport/offers.ts'
import { parsePeerName } from '../transport/peer-name.ts'
import { SIGNAL_PROTOCOL } from '../transport/protocols.ts'
import { DhtDiscovery } from './dht-discovery.ts'
import type { PageHostNews, PageHostOrder } from './messages.ts'
import { RelayPlaces, type Reservations } from './relay-places.ts'

const DIAL_LIMIT_MS = 15_000
/** Links usually name few nodes, but a malicious one can name many. */
const MAX_CONNECTIONS = 20
/** Limit of offers from peers that wait for the worker's answer, and their timeout. */
const MAX_OFFERS = 16
const ANSWER_LIMIT_MS = 10_000

/** Opens a host for the worker at the other end of `port`. It stays open as long as the page. */
export async function serveWorker(port: MessagePort): Promise<void> {
  const parts = await open()
  new PageHost(port, parts)
}

interface Parts {
  readonly libp2p: Libp2p
  readonly transports: TransportManager
  readonly reservations: Reservations
}

async function open(): Promise<Parts> {
  let transports: TransportManager | undefined
  let reservations: Reservations | undefined
  const circuit = circuitRelayTransport()
  const libp2p = await createLibp2p({
    transports: [
      webRTCDirect(),
      webSockets(),
      components => {
        const relayed = circuit(components)
        // libp2p has no other way to reserve a slot at one relay after the start.
        reservations = (relayed as typeof relayed & { reservationStore: Reservations }).reservationStore
        // Otherwise it would never retry a node that was not a relay yet at first, as after a
        // restart.
        reservations.relayFilter = { has: () => false, add: () => true }
        return relayed
      },
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // By default, pages do not dial addresses of the local network.
    connectionGater: { denyDialMultiaddr: () => false },
    connectionManager: { maxConnections: MAX_CONNECTIONS },
    services: {
      identify: steadyIdentify(),
      transports: (components: { transportManager: TransportManager }) => {
        transports = components.transportManager
        return {}
      },
    },
  })
  return { libp2p, transports: transports!, reservations: reservations! }
}

class PageHost {
  readonly #port: MessagePort
  readonly #libp2p: Libp2p
  readonly #places: RelayPlaces
  readonly #discovery: Promise<DhtDiscovery>
  readonly #stun: KnownStun
  readonly #offers = new Map<number, (answer: string) => void>()
  #lastOffer = 0

  constructor(port: MessagePort, { libp2p, transports, reservations }: Parts) {
    this.#port = port
    this.#libp2p = libp2p
    this.#stun = new KnownStun(libp2p)
    this.#discovery = openLibp2pKad({
      ...{ host: libp2p, clock: systemClock, random: systemRandom },
      server: false,
    }).then(({ kad }) => {
      const onFound: DhtDiscovery['onFound'] = (infoHashes, peers) =>
        this.#tell({ kind: 'found', infoHashes, peers, stun: this.#stun.urls })
      return new DhtDiscovery(libp2p, kad, onFound)
    })
    this.#places = new RelayPlaces(libp2p, transports, reservations, {
      nodes: async () => (await this.#discovery).nodes(),
      onReserved: async () => (await this.#discovery).moved(),
    })
    void libp2p.handle(SIGNAL_PROTOCOL, (stream, connection) => this.#onOffer(stream, connection), {
      maxInboundStreams: MAX_OFFERS,
      runOnLimitedConnection: true,
    })
    port.onmessage = ({ data }: MessageEvent<PageHostOrder>) => void this.#follow(data)
    this.#tell({ kind: 'open' })
  }

  async #follow(order: PageHostOrder): Promise<void> {
    if (order.kind === 'answer') return this.#offers.get(order.call)?.(order.sdp)
    if (order.kind === 'torrents') return (await this.#discovery).set(order.torrents)
    const { call } = order
    try {
      this.#tell({ kind: 'carried', call, sdp: await this.#carry(order.peer, order.sdp) })
    } catch (error) {
      this.#tell({ kind: 'failed', call, message: String(error) })
    }
  }

  async #carry(name: string, offer: string): Promise<string> {
    const signal = AbortSignal.timeout(DIAL_LIMIT_MS)
    const peer = parsePeerName(name)
    if ('getComponents' in peer) this.#places.add(peer)
    const connection = await this.#libp2p.dial(peer, { signal })
    try {
      return await carryOffer(connection, offer, signal)
    } finally {
      // The relay has few slots for these connections, and this one is no longer needed.
      if (connection.limits && connection.streams.every(({ protocol }) => protocol !== SIGNAL_PROTOCOL))
        connection.close().catch(() => {})
    }
  }

  #onOffer(stream: Stream, { remotePeer }: Connection): Promise<void> {
    const peer = remotePeer.toMultihash().bytes
    return answerOffer(stream, sdp => this.#ask(peer, sdp))
  }

  /** Resolves to the worker's answer, or to an empty one after a timeout. */
  #ask(peer: Uint8Array, sdp: string): Promise<string> {
    if (this.#offers.size >= MAX_OFFERS) return Promise.resolve('')
    const call = ++this.#lastOffer
    return new Promise(resolve => {
      const settle = (answer: string) => {
        clearTimeout(timer)
        this.#offers.delete(call)
        resolve(answer)
      }
      const timer = setTimeout(settle, ANSWER_LIMIT_MS, '')
      this.#offers.set(call, settle)
      this.#tell({ kind: 'offered', call, peer, sdp, stun: this.#stun.urls })
    })
  }

  #tell(news: PageHostNews): void {
    this.#port.postMessage(news)
  }
}
