/** A libp2p host in Node, with a node of the Shoal network's DHT on it. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { type Identify, identify, identifyPush } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { type Clock, systemClock } from '@shoal/torrent'
import { type Random, systemRandom } from '@shoal/torrent/base'
import { createLibp2p } from 'libp2p'
import type { KadNode } from '../kad/kad-node.ts'
import { openLibp2pKad } from '../kad/libp2p-network.ts'
import { connectionGate } from './gate.ts'

const MAX_CONNECTIONS = 200
/** Incoming ones leave room for those that we open. */
const MAX_INCOMING = 120
/** New connections from one address in a second. */
const MAX_ARRIVALS_PER_SECOND = 10
/** Time between two pings of a connection. libp2p's default, 10 s, keeps an idle node busy. */
const PING_MS = 60_000

export interface HostOptions {
  /** Seed of the network key (Ed25519): 32 random bytes. Never the seed of a did:key. */
  readonly seed: Uint8Array
  /** Multiaddrs to listen at, such as `/ip4/0.0.0.0/tcp/0`. None: nobody can connect, and the DHT does not store records here. */
  readonly listen: readonly string[]
  /** Returns true for IP addresses that are neither dialed nor accepted. Default: none. */
  readonly blocks?: (ip: string) => boolean
  /** Name and version that identify tells others. Default: nothing of ours. */
  readonly userAgent?: string
  readonly clock?: Clock
  readonly random?: Random
}

export interface Host {
  readonly libp2p: Libp2p<{ identify: Identify; ping: Ping }>
  readonly kad: KadNode
  /** Closes all connections and sockets. */
  close(): Promise<void>
}

/** Opens a host and starts its DHT node. Rejects if it cannot listen at any of the addresses. */
export async function openHost(options: HostOptions): Promise<Host> {
  const {
    seed,
    listen,
    blocks = () => false,
    userAgent,
    clock = systemClock,
    random = systemRandom,
  } = options
  const libp2p: Host['libp2p'] = await createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', seed),
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: connectionGate({
      blocks,
      maxIncoming: MAX_INCOMING,
      connections: () => libp2p.getConnections(),
    }),
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: MAX_ARRIVALS_PER_SECOND,
    },
    connectionMonitor: { pingInterval: PING_MS },
    ...(userAgent !== undefined && { nodeInfo: { userAgent } }),
    services: { identify: identify(), identifyPush: identifyPush(), ping: ping() },
  })
  try {
    const { kad, close } = await openLibp2pKad({ host: libp2p, clock, random, server: listen.length > 0 })
    kad.start()
    return {
      libp2p,
      kad,
      async close() {
        await close()
        await libp2p.stop()
      },
    }
  } catch (error) {
    await libp2p.stop()
    throw error
  }
}
