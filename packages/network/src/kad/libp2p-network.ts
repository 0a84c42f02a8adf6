import type { Connection, IdentifyResult, Libp2p, Stream } from '@libp2p/interface'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import { lpStream } from '@libp2p/utils'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { type Clock, ShoalError } from '@shoal/torrent'
import type { Random } from '@shoal/torrent/base'
import { decode as decodeMultihash } from 'multiformats/hashes/digest'
import type { ReportMisconduct } from '../misconduct.ts'
import { ipOf, isDialable, withoutPeer } from '../multiaddrs.ts'
import { type Contact, keyOf } from './contact.ts'
import type { KadNetwork } from './kad-network.ts'
import { KadNode } from './kad-node.ts'
import { MAX_MESSAGE_BYTES } from './messages.ts'
import { Turns, type Work } from './turns.ts'

/** The DHT protocol of the Shoal network. IPFS nodes speak `/ipfs/kad/1.0.0`. */
export const KAD_PROTOCOL = '/shoal/kad/1.0.0'
/** Idle time after which a stream is closed. */
const IDLE_MS = 30_000
/** Concurrent streams per connection, each with one message in progress. */
const MAX_STREAMS = 16

export interface Libp2pKadOptions {
  readonly host: Libp2p
  readonly clock: Clock
  readonly random: Random
  /** Default `KAD_PROTOCOL`. */
  readonly protocol?: string
  /**
   * Whether to serve others, who can then dial this node. A client is in no routing table, and
   * provides its keys through relays.
   */
  readonly server: boolean
  readonly onMisconduct?: ReportMisconduct
}

export interface Libp2pKad {
  readonly kad: KadNode
  close(): Promise<void>
}

/**
 * Opens a DHT node on a libp2p host, which must run identify. The caller starts it with
 * `kad.start()`.
 */
export async function openLibp2pKad(options: Libp2pKadOptions): Promise<Libp2pKad> {
  const { host, clock, random, protocol = KAD_PROTOCOL, server, onMisconduct } = options
  const kad = new KadNode({
    id: host.peerId.toMultihash().bytes,
    network: new Libp2pNetwork(host, protocol, MAX_MESSAGE_BYTES, (id, ip) => kad.tooLong(id, ip)),
    clock,
    random,
    ownAddresses: () => addressesOf(host),
    ...(onMisconduct && { onMisconduct }),
  })
  const identified = ({ detail }: CustomEvent<IdentifyResult>) => {
    const { peerId, protocols, listenAddrs, connection } = detail
    const id = peerId.toMultihash().bytes
    const contact = protocols.includes(protocol) && toContact(id, listenAddrs, connection)
    if (contact) kad.discovered(contact)
    else kad.lost(id)
  }
  host.addEventListener('peer:identify', identified)
  if (server) await serve(host, protocol, MAX_MESSAGE_BYTES, kad)
  return {
    kad,
    async close() {
      kad.close()
      host.removeEventListener('peer:identify', identified)
      if (server) await host.unhandle(protocol)
    },
  }
}

/** Returns the multiaddrs at which a host can be reached, without its PeerId. */
export function addressesOf(host: Libp2p): Uint8Array[] {
  return host
    .getMultiaddrs()
    .map(withoutPeer)
    .map(({ bytes }) => bytes)
}

/** Handler of a protocol's messages. `ip`: the connection's address, 4 or 16 bytes. */
export interface MessageHandler {
  /**
   * Returns the response, null if there is none, or work that produces one. Throws if the message
   * breaks the protocol.
   */
  handle(id: Uint8Array, ip: Uint8Array | null, message: Uint8Array): Uint8Array | null | Work<Uint8Array>
  /** Called when a message was too long to read. */
  tooLong(id: Uint8Array, ip: Uint8Array | null): void
}

/** Registers the handler of a protocol's messages. */
export async function serve(
  host: Libp2p,
  protocol: string,
  maxBytes: number,
  handler: MessageHandler,
): Promise<void> {
  const turns = new Turns()
  const serveOne = (stream: Stream, connection: Connection) =>
    serveStream(handler, { maxBytes, turns }, stream, connection)
  await host.handle(protocol, serveOne, { maxInboundStreams: MAX_STREAMS })
}

/** Sends messages of one protocol over the connections of a host. */
export class Libp2pNetwork implements KadNetwork {
  readonly #host: Libp2p
  readonly #protocol: string
  readonly #maxBytes: number
  readonly #onTooLong: MessageHandler['tooLong']

  /**
   * `maxBytes`: longest response that is read. `onTooLong`: called if a node sends a longer one.
   */
  constructor(host: Libp2p, protocol: string, maxBytes: number, onTooLong: MessageHandler['tooLong']) {
    this.#host = host
    this.#onTooLong = onTooLong
    this.#protocol = protocol
    this.#maxBytes = maxBytes
  }

  request(contact: Contact, message: Uint8Array, signal: AbortSignal) {
    return this.#exchange(contact, signal, async (stream, ip) => {
      await stream.write(message, { signal })
      return { bytes: (await stream.read({ signal })).slice(), ip }
    })
  }

  send(contact: Contact, message: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.#exchange(contact, signal, stream => stream.write(message, { signal }))
  }

  dialable(addresses: readonly Uint8Array[], from: Uint8Array | null, mayRelay = false) {
    const usable = addresses
      .map(parse)
      .filter(address => address !== null && isDialable(address, from, mayRelay))
    const ip = usable.map(address => ipOf(address!)).find(found => found !== null) ?? null
    return { addresses: usable.map(address => address!.bytes), ip }
  }

  async #exchange<T>(
    { id, addresses }: Contact,
    signal: AbortSignal,
    work: (stream: ReturnType<typeof lpStream<Stream>>, ip: Uint8Array | null) => Promise<T>,
  ): Promise<T> {
    const connection = await connectTo(this.#host, { id, addresses }, signal)
    const stream = await connection.newStream(this.#protocol, { signal }).catch((error: Error) => {
      if (error.name !== 'UnsupportedProtocolError') throw error
      throw new ShoalError('unsupported', 'The node does not speak this protocol', { cause: error })
    })
    try {
      const done = await work(
        lpStream(stream, { maxDataLength: this.#maxBytes }),
        ipOf(connection.remoteAddr),
      )
      stream.close().catch(() => {})
      return done
    } catch (error) {
      stream.abort(error as Error)
      if (isTooLong(error)) this.#onTooLong(id, ipOf(connection.remoteAddr))
      throw error
    }
  }
}

/** Returns a direct connection to a node, dialing it if there is none. */
export function connectTo(
  host: Libp2p,
  { id, addresses }: Pick<Contact, 'id' | 'addresses'>,
  signal: AbortSignal,
): Promise<Connection> {
  const peer = peerIdFromMultihash(decodeMultihash(id) as never)
  const open = host.getConnections(peer).find(({ status, limits }) => status === 'open' && !limits)
  if (open) return Promise.resolve(open)
  const dialed = addresses.map(parse).filter(address => address !== null)
  return host.dial(
    dialed.map(address => address.encapsulate(`/p2p/${peer}`)),
    { signal },
  )
}

/**
 * Responds to the messages of a stream until the remote closes it, is idle for too long, or breaks
 * the protocol.
 */
async function serveStream(
  handler: MessageHandler,
  { maxBytes, turns }: { readonly maxBytes: number; readonly turns: Turns },
  stream: Stream,
  connection: Connection,
): Promise<void> {
  const messages = lpStream(stream, { maxDataLength: maxBytes })
  const id = connection.remotePeer.toMultihash().bytes
  const ip = ipOf(connection.remoteAddr)
  try {
    while (stream.readStatus === 'readable') {
      const message = await messages.read({ signal: AbortSignal.timeout(IDLE_MS) })
      await turns.next()
      const made = handler.handle(id, ip, message.slice())
      const response = made instanceof Uint8Array || made === null ? made : await turns.finish(made)
      if (response) await messages.write(response, { signal: AbortSignal.timeout(IDLE_MS) })
    }
    await stream.close({ signal: AbortSignal.timeout(IDLE_MS) })
  } catch (error) {
    stream.abort(error as Error)
    if (isTooLong(error)) handler.tooLong(id, ip)
  }
}

/** Returns whether a length prefix exceeds the limit, or is itself too long. */
function isTooLong(error: unknown): boolean {
  return ['InvalidDataLengthError', 'InvalidDataLengthLengthError'].includes((error as Error).name)
}

function toContact(id: Uint8Array, listening: readonly Multiaddr[], connection: Connection): Contact | null {
  const ip = ipOf(connection.remoteAddr)
  const addresses = listening.map(withoutPeer).filter(address => isDialable(address, ip))
  if (addresses.length === 0) return null
  return { id, key: keyOf(id), addresses: addresses.map(({ bytes }) => bytes), ip }
}

function parse(bytes: Uint8Array): Multiaddr | null {
  try {
    return withoutPeer(multiaddr(bytes))
  } catch {
    return null
  }
}
