/**
 * Byte streams between nodes that know each other's network keys: over libp2p, or, if neither can
 * dial the other, over WebRTC with offers that pass through relays.
 */
import type { Connection as HostConnection, IdentifyResult, Stream } from '@libp2p/interface'
import { type Connection, ShoalError } from '@shoal/torrent'
import { latin1 } from '@shoal/torrent/base'
import { connectTo } from '../kad/libp2p-network.ts'
import { answerOffer, carryOffer } from '../transport/offers.ts'
import { peerAddress } from '../transport/peer-name.ts'
import type { SignaledPeers } from '../transport/signaled-peers.ts'
import { bindingOf, StreamConnection } from '../transport/stream-connection.ts'
import type { Host } from './host.node.ts'
import { KeyContacts, networkKeyOf } from './key-contacts.ts'

/** Concurrent streams per connection, in each direction. */
const MAX_STREAMS = 2
/** Bytes of the network key by which an offer identifies its peer. */
const TOPIC_BYTES = 20

export interface KeyStreamsOptions {
  readonly host: Host
  readonly protocol: string
  /**
   * Makes WebRTC connections from the offers that this protocol carries. It is closed with the
   * streams. Null disables WebRTC.
   */
  readonly webrtc: { readonly protocol: string; readonly peers: SignaledPeers } | null
  /**
   * Returns whether a node that has proved this network key (Ed25519, 32 bytes) can connect: an
   * answer to its offer reveals our address.
   */
  admits(key: Uint8Array): boolean
  /** Called when an admitted node opened a stream. */
  accept(key: Uint8Array, stream: Connection): void
  /** Called when a node that speaks the protocol has connected. */
  onConnected(key: Uint8Array): void
}

export interface KeyStreams {
  /**
   * Opens a stream to the node with this network key, which is looked up in the DHT if it is not
   * connected. Never uses a relay: relays carry offers only. Rejects if the node cannot be reached,
   * does not speak the protocol, or refuses.
   */
  open(key: Uint8Array, signal: AbortSignal): Promise<Connection>
  close(): Promise<void>
}

export async function openKeyStreams(options: KeyStreamsOptions): Promise<KeyStreams> {
  const { host, protocol, webrtc, admits, accept, onConnected } = options
  const { libp2p } = host
  const contacts = new KeyContacts(host)
  const streamOf = (stream: Stream, { remotePeer }: HostConnection, incoming: boolean) => {
    const remote = peerAddress(remotePeer)
    const channelBinding = bindingOf(libp2p.peerId, remotePeer)
    return new StreamConnection(stream, { incoming, remote, dialableAddress: remote, channelBinding })
  }
  const accepted = (stream: Stream, connection: HostConnection) => {
    const key = networkKeyOf(connection.remotePeer.toMultihash().bytes)
    if (key && admits(key)) accept(key, streamOf(stream, connection, true))
    else stream.abort(new ShoalError('refused', 'This node does not take streams of the other one'))
  }
  /** Keys with answered offers, by the topic of their connections. */
  const answered = new Map<string, Uint8Array>()
  const answer = (stream: Stream, { remotePeer }: HostConnection) =>
    answerOffer(stream, async offer => {
      const key = networkKeyOf(remotePeer.toMultihash().bytes)
      if (!webrtc || !key || !admits(key)) return ''
      answered.set(latin1(key.slice(-TOPIC_BYTES)), key)
      return webrtc.peers.answer(key, offer)
    })
  const identified = ({ detail }: CustomEvent<IdentifyResult>) => {
    const key = networkKeyOf(detail.peerId.toMultihash().bytes)
    if (key && detail.protocols.includes(protocol)) onConnected(key)
  }
  await libp2p.handle(protocol, accepted, { maxInboundStreams: MAX_STREAMS })
  if (webrtc) {
    webrtc.peers.onConnection = (connection, topic) => {
      const key = answered.get(latin1(topic))
      if (key && admits(key)) accept(key, connection)
      else connection.close()
    }
    const through = { maxInboundStreams: MAX_STREAMS, runOnLimitedConnection: true }
    await libp2p.handle(webrtc.protocol, answer, through)
    contacts.provide()
  }
  libp2p.addEventListener('peer:identify', identified)
  return {
    async open(key, signal) {
      const contact = await contacts.find(key, signal, { mayRelay: webrtc !== null })
      const connection = await connectTo(libp2p, contact, signal)
      if (connection.limits && webrtc)
        return webrtc.peers.dial((offer, until) => carryOffer(connection, offer, until, webrtc.protocol), {
          signal,
        })
      const stream = await connection.newStream(protocol, { signal, maxOutboundStreams: MAX_STREAMS })
      return streamOf(stream, connection, false)
    },
    async close() {
      libp2p.removeEventListener('peer:identify', identified)
      await libp2p.unhandle(webrtc ? [protocol, webrtc.protocol] : protocol)
      webrtc?.peers.close()
    },
  }
}
