import type { Connection as HostConnection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Connection, type Listener, type PeerAddress, ShoalError, type Transport } from '@shoal/torrent'
import { PEER_PROTOCOL } from './protocols.ts'
import { StreamConnection } from './stream-connection.ts'

/** Streams of one libp2p connection at a time, each way: one for each torrent that both have. */
const MAX_STREAMS = 200

/**
 * Peers whose address is the PeerId of a libp2p host, over streams of a libp2p connection to them. The host knows their addresses from
 * whoever found them.
 */
export class Libp2pTransport implements Transport {
  readonly kind = 'libp2p'
  readonly #host: Libp2p
  readonly #closing = new AbortController()
  #listeners = new Set<Listener>()

  constructor(host: Libp2p) {
    this.#host = host
  }

  canDial({ kind }: PeerAddress): boolean {
    return kind === 'libp2p'
  }

  async dial({ host: name }: PeerAddress, { signal }: { signal: AbortSignal }): Promise<Connection> {
    signal.throwIfAborted()
    const either = AbortSignal.any([signal, this.#closing.signal])
    try {
      const connection = await this.#host.dial(parsePeerId(name), { signal: either })
      const stream = await connection.newStream(PEER_PROTOCOL, {
        signal: either,
        maxOutboundStreams: MAX_STREAMS,
      })
      return new StreamConnection(stream, factsOf(connection, false))
    } catch (error) {
      signal.throwIfAborted()
      throw dialError(error, name)
    }
  }

  async listen(_place: unknown, onConnection: (connection: Connection) => void): Promise<Listener> {
    const accept = (stream: Stream, connection: HostConnection) =>
      onConnection(new StreamConnection(stream, factsOf(connection, true)))
    const host = this.#host
    await host
      .handle(PEER_PROTOCOL, accept, { maxInboundStreams: MAX_STREAMS, maxOutboundStreams: MAX_STREAMS })
      .catch(error => {
        throw new ShoalError('refused', `libp2p accepts no peers: ${(error as Error).message}`, {
          cause: error,
        })
      })
    const listener: Listener = {
      port: 0,
      close: async () => {
        if (this.#listeners.delete(listener)) await host.unhandle(PEER_PROTOCOL)
      },
    }
    this.#listeners.add(listener)
    return listener
  }

  async close(): Promise<void> {
    this.#closing.abort(new ShoalError('closed', 'the transport was closed'))
    await Promise.all([...this.#listeners].map(listener => listener.close()))
  }
}

/** The address of a peer by its PeerId. */
export function peerAddress(peer: PeerId): PeerAddress {
  return { host: peer.toString(), port: 0, kind: 'libp2p' }
}

function factsOf({ remoteAddr, remotePeer }: HostConnection, incoming: boolean) {
  const byName = peerAddress(remotePeer)
  const [ip, transport] = remoteAddr.getComponents()
  const isIp = ip?.name === 'ip4' || ip?.name === 'ip6'
  // Limits, bans and the IP filter are about the machine.
  const remote: PeerAddress = isIp
    ? { host: ip.value!.toLowerCase(), port: Number(transport?.value) || 0, kind: 'libp2p' }
    : byName
  return { incoming, remote, dialableAddress: byName }
}

function parsePeerId(name: string): PeerId {
  try {
    return peerIdFromString(name)
  } catch (cause) {
    throw new ShoalError('unreachable', `${name} is not a PeerId`, { cause })
  }
}

/** The errors of libp2p that tell more than that it did not work. */
const CODES: Readonly<Record<string, 'refused' | 'timeout' | 'closed'>> = {
  UnsupportedProtocolError: 'refused',
  TooManyOutboundProtocolStreamsError: 'refused',
  StreamResetError: 'refused',
  TimeoutError: 'timeout',
}

function dialError(error: unknown, name: string): ShoalError {
  if (error instanceof ShoalError) return error
  const code = CODES[(error as Error)?.name] ?? 'unreachable'
  return new ShoalError(code, `cannot connect to ${name}: ${(error as Error).message}`, { cause: error })
}
