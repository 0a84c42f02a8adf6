import type { Connection as HostConnection, Libp2p, Stream } from '@libp2p/interface'
import { type Connection, type Listener, type PeerAddress, ShoalError, type Transport } from '@shoal/torrent'
import { formatIp } from '@shoal/torrent/base'
import { ipOf, portOf } from '../multiaddrs.ts'
import { answerOffer, carryOffer } from './offers.ts'
import { parsePeerName, peerAddress } from './peer-name.ts'
import { askPort, tellPort } from './ports.ts'
import { PEER_PROTOCOL, PORT_PROTOCOL, SIGNAL_PROTOCOL } from './protocols.ts'
import type { SignaledPeers } from './signaled-peers.ts'
import { bindingOf, StreamConnection, type StreamFacts } from './stream-connection.ts'

export { peerAddress } from './peer-name.ts'

/** Concurrent streams per libp2p connection, in each direction: one per torrent that both have. */
const MAX_STREAMS = 200
/** Concurrent offers and port requests per libp2p connection. */
const MAX_EXCHANGES = 8

/**
 * Peers addressed by a multiaddr, or by the PeerId of a libp2p host whose addresses our host
 * already knows. A peer is reached over:
 *
 * 1. TCP or uTP, without libp2p, if the peer accepts them at the address of its host
 *    (`alternatives`);
 * 2. a stream, if the host is connected over TCP: libp2p has no faster transport;
 * 3. else WebRTC, with offer and answer carried by libp2p, even through a relay;
 * 4. else a stream of any existing connection, but never through a relay.
 */
export class Libp2pTransport implements Transport {
  readonly kind = 'libp2p'
  readonly #host: Libp2p
  readonly #signaled: SignaledPeers | null
  readonly #closing = new AbortController()
  #listener: Listener | null = null

  /** Closed together with the transport. Null: no WebRTC. */
  constructor(host: Libp2p, signaled: SignaledPeers | null = null) {
    this.#host = host
    this.#signaled = signaled
  }

  canDial({ kind }: PeerAddress): boolean {
    return kind === 'libp2p'
  }

  async alternatives({ host: name }: PeerAddress, { signal }: { signal: AbortSignal }) {
    const connection = await this.#connect(name, signal)
    const ip = ipOf(connection.remoteAddr)
    // The address of a node that dialed us may not accept connections.
    if (!ip || connection.limits || connection.direction === 'inbound') return []
    const port = await askPort(connection, PORT_PROTOCOL, [signal]).catch(() => 0)
    return port === 0 ? [] : [{ host: formatIp(ip), port }]
  }

  async dial({ host: name }: PeerAddress, { signal }: { signal: AbortSignal }): Promise<Connection> {
    signal.throwIfAborted()
    const either = AbortSignal.any([signal, this.#closing.signal])
    try {
      const connection = await this.#connect(name, either)
      const isDirect = !connection.limits
      if (isDirect && (!this.#signaled || isOverTcp(connection))) {
        try {
          return await this.#open(connection, either)
        } catch (error) {
          // A page that is connected by WebSocket accepts offers only.
          if (!this.#signaled || (error as Error).name !== 'UnsupportedProtocolError') throw error
        }
        return await this.#signal(connection, either)
      }
      try {
        return await this.#signal(connection, either)
      } catch (error) {
        if (!isDirect || either.aborted) throw error
        return await this.#open(connection, either)
      }
    } catch (error) {
      signal.throwIfAborted()
      throw dialError(error, name)
    }
  }

  async listen(
    { port }: { port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    const host = this.#host
    const force = { force: true } as const
    const streams = { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS, ...force }
    const exchanges = { maxInboundStreams: MAX_EXCHANGES, ...force }
    const accept = (stream: Stream, connection: HostConnection) =>
      onConnection(new StreamConnection(stream, this.#factsOf(connection, true)))
    const protocols = [PEER_PROTOCOL, PORT_PROTOCOL]
    await host.handle(PEER_PROTOCOL, accept, streams)
    await host.handle(PORT_PROTOCOL, stream => tellPort(stream, port), exchanges)
    const signaled = this.#signaled
    if (signaled) {
      protocols.push(SIGNAL_PROTOCOL)
      signaled.onConnection = onConnection
      const answer = (stream: Stream, { remotePeer }: HostConnection) =>
        answerOffer(stream, offer => signaled.answer(remotePeer.toMultihash().bytes, offer))
      await host.handle(SIGNAL_PROTOCOL, answer, { ...exchanges, runOnLimitedConnection: true })
    }
    const listener: Listener = {
      port: 0,
      close: async () => {
        // Another listener may have replaced it.
        if (this.#listener !== listener) return
        this.#listener = null
        if (signaled) signaled.onConnection = null
        await host.unhandle(protocols)
      },
    }
    this.#listener = listener
    return listener
  }

  async close(): Promise<void> {
    this.#closing.abort(new ShoalError('closed', 'the transport was closed'))
    await this.#listener?.close()
    this.#signaled?.close()
  }

  #connect(name: string, signal: AbortSignal): Promise<HostConnection> {
    return this.#host.dial(parsePeerName(name), { signal })
  }

  async #open(connection: HostConnection, signal: AbortSignal): Promise<Connection> {
    const stream = await connection.newStream(PEER_PROTOCOL, { signal, maxOutboundStreams: MAX_STREAMS })
    return new StreamConnection(stream, this.#factsOf(connection, false))
  }

  async #signal(connection: HostConnection, signal: AbortSignal): Promise<Connection> {
    if (!this.#signaled) throw new ShoalError('unreachable', 'there is no direct way, and WebRTC is off')
    const carry = (offer: string) => carryOffer(connection, offer, signal)
    return this.#signaled.dial(carry, { signal })
  }

  #factsOf({ remoteAddr, remotePeer }: HostConnection, incoming: boolean): StreamFacts {
    const byName = peerAddress(remotePeer)
    const ip = ipOf(remoteAddr)
    // Limits, bans and the IP filter apply to the machine.
    const remote: PeerAddress = ip
      ? { host: formatIp(ip), port: portOf(remoteAddr) ?? 0, kind: 'libp2p' }
      : byName
    const channelBinding = bindingOf(this.#host.peerId, remotePeer)
    return { incoming, remote, dialableAddress: byName, channelBinding }
  }
}

/** WebSockets are TCP, too. */
function isOverTcp({ remoteAddr }: HostConnection): boolean {
  return remoteAddr.getComponents().some(({ name }) => name === 'tcp')
}

/** libp2p errors that carry more information than "unreachable". */
const CODES: Readonly<Record<string, 'refused' | 'timeout'>> = {
  UnsupportedProtocolError: 'refused',
  TooManyOutboundProtocolStreamsError: 'refused',
  StreamResetError: 'refused',
  TimeoutError: 'timeout',
}

function dialError(error: unknown, name: string): ShoalError {
  if (error instanceof ShoalError) return error
  const { name: kind, message } = error as Error
  return new ShoalError(CODES[kind] ?? 'unreachable', `cannot connect to ${name}: ${message}`, {
    cause: error,
  })
}
