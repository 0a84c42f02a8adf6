/** A libp2p host in Node that runs a node of the Shoal network's DHT. */
import { autoNAT } from '@libp2p/autonat'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { type Identify, identifyPush } from '@libp2p/identify'
import { type Connection, FaultTolerance, type IdentifyResult, type Libp2p } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { type Clock, ShoalError, systemClock } from '@shoal/torrent'
import { equalBytes, isLocalIp, parseIp, type Random, systemRandom } from '@shoal/torrent/base'
import { createLibp2p } from 'libp2p'
import type { KadNode } from '../kad/kad-node.ts'
import { openLibp2pKad } from '../kad/libp2p-network.ts'
import type { Misconduct, ReportMisconduct } from '../misconduct.ts'
import { isPublic, mostUsefulFirst, portOf } from '../multiaddrs.ts'
import { type Libp2pIndex, openLibp2pIndex } from '../search/libp2p-index.ts'
import type { HostCertificate } from './certificate.node.ts'
import { directTransport } from './direct-transport.node.ts'
import { connectionGate } from './gate.ts'
import { type SignalingRelay, signalingRelay } from './relay.ts'
import { steadyIdentify } from './steady-identify.ts'

export { createCertificate, type HostCertificate } from './certificate.node.ts'

const MAX_CONNECTIONS = 200
/** Limit of incoming connections, which leaves room for outgoing ones. */
const MAX_INCOMING = 120
/**
 * Limit of incoming connections that have not yet proved an identity, of all networks, and the time
 * they have to do so.
 */
const MAX_PENDING = 60
const UPGRADE_MS = 5000
/**
 * The gate evicts connections to make room. libp2p would refuse new ones, and also counts those
 * that are closing.
 */
const MAX_PENDING_OF_LIBP2P = 2 * MAX_PENDING
/**
 * libp2p limits arrivals by address, even behind a proxy that all of them share; the gate does not.
 */
const MAX_ARRIVALS_OF_LIBP2P = 1000
/** Time between two pings of a connection. libp2p's default, 10 s, keeps an idle node busy. */
const PING_MS = 60_000
/**
 * Public addresses of this machine and of routers are announced at once. After this time AutoNAT
 * has other nodes check them.
 */
const UNCHECKED_MS = 60_000

export interface HostOptions {
  /** Seed of the network key (Ed25519): 32 random bytes. Never the seed of a did:key. */
  readonly seed: Uint8Array
  /**
   * Multiaddrs to listen on, such as `/ip4/0.0.0.0/tcp/0`. If empty, no peer can connect, and this
   * node stores no DHT records.
   */
  readonly listen: readonly string[]
  /** Certificate of WebRTC direct. Required to listen on `…/webrtc-direct`. */
  readonly certificate?: HostCertificate
  /** Be reachable through relays. Default false. */
  readonly viaRelays?: boolean
  /** Relay signaling of other peers while this node is reachable. Default true. */
  readonly relay?: boolean
  /** Returns whether an IP address is blocked: neither dialed nor accepted. Default: none. */
  readonly blocks?: (ip: string) => boolean
  /** Name and version for identify. Default: libp2p's. */
  readonly userAgent?: string
  /** Scores down a node that breaks the rules of the DHT or the index. */
  readonly onMisconduct?: ReportMisconduct
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * Messages and records refused since the host was opened, by reason. `full`: no room for records or
 * entries, in total or for their network.
 */
type HostRefusals = Readonly<Record<Misconduct | 'full', number>>

/** A port of this machine as seen from the internet. */
export interface MappedPort {
  readonly transport: 'tcp' | 'udp'
  /** IP literal. */
  readonly address: string
  readonly port: number
  readonly internalPort: number
}

export interface Host {
  readonly libp2p: Libp2p<{ identify: Identify; ping: Ping; relay: SignalingRelay }>
  readonly kad: KadNode
  /** Search, and the entries published by others. */
  readonly index: Libp2pIndex
  /** Whether this node can be dialed without a relay, according to routers and other nodes. */
  readonly isReachable: boolean
  /** Whether an interface of this machine has a public address, not behind a NAT. */
  readonly isDirect: boolean
  readonly refused: HostRefusals
  /**
   * Sets the external ports of this node, according to a router or the user. Replaces those set
   * before.
   */
  setMapped(ports: readonly MappedPort[]): void
  /** Closes all connections and sockets. */
  close(): Promise<void>
}

/** Opens a host and starts its DHT node. Rejects if it cannot listen on any of the addresses. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { seed, listen, certificate, viaRelays = false, clock = systemClock, random = systemRandom } = options
  const { blocks = () => false, relay = true, userAgent, onMisconduct } = options
  let addresses: AddressManager | undefined
  const refused = { 'bad-message': 0, forged: 0, replayed: 0, flood: 0, unasked: 0 }
  const privateKey = await generateKeyPairFromSeed('Ed25519', seed)
  const libp2p: Host['libp2p'] = await createLibp2p({
    privateKey,
    addresses: {
      listen: [...listen, ...(viaRelays ? ['/p2p-circuit'] : [])],
      announceFilter: mostUsefulFirst,
    },
    // Without IPv6, for example, the other addresses still work.
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
    transports: [
      tcp(),
      webSockets(),
      directTransport(certificate && { certificate }),
      circuitRelayTransport(),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: connectionGate({
      blocks,
      maxIncoming: MAX_INCOMING,
      maxPending: MAX_PENDING,
      connections: () => libp2p.getConnections(),
      clock,
    }),
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: MAX_ARRIVALS_OF_LIBP2P,
      maxIncomingPendingConnections: MAX_PENDING_OF_LIBP2P,
      inboundUpgradeTimeout: UPGRADE_MS,
    },
    connectionMonitor: { pingInterval: PING_MS },
    ...(userAgent !== undefined && { nodeInfo: { userAgent } }),
    services: {
      identify: steadyIdentify(),
      identifyPush: identifyPush(),
      ping: ping(),
      autoNAT: autoNAT(),
      relay: signalingRelay({ isWanted: () => relay }),
      addresses: components => {
        addresses = components.addressManager
        return {}
      },
    },
  })
  try {
    const server = listen.length > 0
    const mustListen = listen.some(each => each.includes('/tcp/'))
    if (mustListen && !libp2p.getMultiaddrs().some(each => /\/tcp\/\d+\/p2p\//.test(each.toString())))
      throw new ShoalError(
        'refused',
        `Nothing can connect at ${listen[0]}: the port is taken, or the address is not of this machine`,
      )
    const ownId = libp2p.peerId.toMultihash().bytes
    const report: ReportMisconduct = (id, ip, reason) => {
      // This node queries itself, too.
      if (equalBytes(id, ownId)) return
      refused[reason]++
      onMisconduct?.(id, ip, reason)
    }
    const shared = { host: libp2p, clock, random, server, onMisconduct: report }
    const { kad, close } = await openLibp2pKad(shared)
    for (const address of publicInterfaces(addresses))
      addresses?.confirmObservedAddr(address, { type: 'transport', ttl: UNCHECKED_MS })
    kad.start()
    const sign = (message: Uint8Array) => privateKey.sign(message)
    const index = await openLibp2pIndex({ ...shared, kad, sign })
    let mapped: readonly MappedPort[] = []
    return {
      libp2p,
      kad,
      index,
      get isReachable() {
        return libp2p.getMultiaddrs().some(isPublic)
      },
      get refused() {
        return { ...refused, full: kad.providers.refused + index.node.refused.full }
      },
      get isDirect() {
        return publicInterfaces(addresses).length > 0
      },
      setMapped(ports) {
        if (addresses) replaceMapped(addresses, mapped, ports)
        mapped = ports
      },
      async close() {
        await index.close()
        await close()
        await libp2p.stop()
      },
    }
  } catch (error) {
    await libp2p.stop()
    throw error
  }
}

/**
 * Resolves to the protocols of a connection's remote node once identify has reported them. Rejects
 * with the signal's reason, or if the connection ends first.
 */
export async function identified(
  libp2p: Libp2p,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
  // It may reject before anything awaits it.
  promise.catch(() => {})
  const onIdentified = ({ detail }: CustomEvent<IdentifyResult>) => {
    if (detail.peerId.equals(connection.remotePeer)) resolve(detail.protocols)
  }
  const onClosed = ({ detail }: CustomEvent<Connection>) => {
    if (detail.id === connection.id) reject(new Error('The connection was closed'))
  }
  const onAborted = () => reject(signal.reason)
  libp2p.addEventListener('peer:identify', onIdentified)
  libp2p.addEventListener('connection:close', onClosed)
  signal.addEventListener('abort', onAborted)
  try {
    // An existing connection was identified at that time.
    const known = await libp2p.peerStore.get(connection.remotePeer, { signal }).catch(() => null)
    if (known && known.protocols.length > 0) resolve(known.protocols)
    signal.throwIfAborted()
    return await promise
  } finally {
    libp2p.removeEventListener('peer:identify', onIdentified)
    libp2p.removeEventListener('connection:close', onClosed)
    signal.removeEventListener('abort', onAborted)
  }
}

/**
 * Public addresses of this machine's interfaces. libp2p does not announce them until other nodes
 * confirm them, and a first node has none.
 */
function publicInterfaces(addresses: AddressManager | undefined): Multiaddr[] {
  const own = addresses?.getAddressesWithMetadata() ?? []
  return own.flatMap(({ type, multiaddr: address }) =>
    type === 'transport' && isPublic(address) ? [address] : [],
  )
}

function replaceMapped(
  addresses: AddressManager,
  before: readonly MappedPort[],
  now: readonly MappedPort[],
): void {
  const key = ({ transport, address, port, internalPort }: MappedPort) =>
    `${transport} ${address} ${port} ${internalPort}`
  const wanted = new Set(now.map(key))
  const known = new Set(before.map(key))
  const listening = addresses
    .getAddressesWithMetadata()
    .filter(({ type }) => type === 'transport')
    .map(({ multiaddr: address }) => ({ ip: address.getComponents()[0]!.value!, port: portOf(address) }))
  for (const each of before) {
    if (wanted.has(key(each))) continue
    for (const { ip, port } of listening)
      if (port === each.internalPort)
        addresses.removePublicAddressMapping(ip, port, each.address, each.port, each.transport)
  }
  for (const each of now) {
    const ip = parseIp(each.address)
    if (!ip || isLocalIp(ip) || known.has(key(each))) continue
    const family = ip.length === 4 ? 'ip4' : 'ip6'
    // One local address is enough: all map to the same external port.
    const local = listening.find(
      own => own.port === each.internalPort && own.ip.includes(':') === (family === 'ip6'),
    )
    if (!local) continue
    addresses.addPublicAddressMapping(local.ip, each.internalPort, each.address, each.port, each.transport)
    const outside = multiaddr(`/${family}/${each.address}/${each.transport}/${each.port}`)
    addresses.confirmObservedAddr(outside, { type: 'ip-mapping', ttl: UNCHECKED_MS })
  }
}
