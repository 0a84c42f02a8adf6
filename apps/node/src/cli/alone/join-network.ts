/** The Shoal network for one command: under another key each time, so that nobody can tell that two of them are of the same machine. */
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import type { Host } from '@shoal/network/host'
import { type Session, type SessionOptions, systemClock } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import { stateRoot } from '../../base/files/places.ts'
import { PRODUCT } from '../../base/version.ts'

/** Nodes that are remembered for the next command. */
const MAX_NODES = 50

export interface NetworkOptions {
  readonly session: Session
  /** Multiaddrs of nodes to join through, in addition to those that are remembered. */
  readonly nodes: readonly string[]
  readonly options: Pick<SessionOptions, 'dht' | 'host' | 'webrtc'>
  /** Others can connect, and the command is a node like others while it runs. */
  readonly listens: boolean
}

export interface JoinedNetwork {
  readonly host: Host
  /** Leaves the network, and remembers its nodes. */
  leave(): Promise<void>
}

/** Joins the network, so that peers are reached through it. Resolves to null if there is nobody to join through. Rejects with the signal's reason. */
export async function joinNetwork(
  { session, nodes, options, listens }: NetworkOptions,
  signal: AbortSignal,
): Promise<JoinedNetwork | null> {
  // Others are met in the DHT of BitTorrent, too.
  const { dht = true, host: peerHost, webrtc = true } = options
  const file = join(stateRoot(), 'network-nodes.json')
  const known = [...nodes, ...(await readNodes(file))]
  if (known.length === 0 && !dht && !listens) return null
  const { Bootstrap, knownNodes, openHost, RENDEZVOUS } = await import('@shoal/network/host')
  const { Libp2pTransport } = await import('@shoal/network/transport')
  const { signaledPeers } = await import('../../node/kernel/signaled-peers.ts')
  signal.throwIfAborted()
  const host = await openHost({
    ...{ seed: systemRandom.bytes(32), clock: systemClock, random: systemRandom },
    ...{ listen: listens ? listenAt(peerHost) : [], viaRelays: listens, relay: false },
    userAgent: PRODUCT.replace(' ', '/'),
  })
  const port = () => (host.isReachable ? tcpPort(host) : 0)
  const bootstrap = new Bootstrap({
    ...{ host, clock: systemClock, random: systemRandom, nodes: () => known },
    meet: dht
      ? async (onPeers, until) => {
          await session.meetInDht(RENDEZVOUS, { port: port(), onPeers, signal: until })
        }
      : null,
  })
  let removeTransport = async () => {}
  const leave = async () => {
    const met = knownNodes(host.kad.contacts())
    if (met.length > 0) await writeWholeFile(file, JSON.stringify(met.slice(0, MAX_NODES))).catch(() => {})
    await removeTransport()
    await bootstrap.close()
    await host.close()
  }
  try {
    const iceServers = (typeof webrtc === 'object' && webrtc.iceServers) || []
    const clock = systemClock
    const place = peerHost === undefined ? { clock } : { clock, peerHost }
    const signaled = webrtc === false ? null : await signaledPeers(place, () => iceServers)
    removeTransport = await session.addTransport(new Libp2pTransport(host.libp2p, signaled))
    signal.throwIfAborted()
  } catch (error) {
    await leave()
    throw error
  }
  bootstrap.start()
  return { host, leave }
}

function listenAt(peerHost: string | undefined): string[] {
  const hosts = peerHost === undefined ? ['0.0.0.0', '::'] : [peerHost]
  return hosts.map(host => `/${isIP(host) === 6 ? 'ip6' : 'ip4'}/${host}/tcp/0`)
}

function tcpPort({ libp2p }: Host): number {
  const [, port] = /\/tcp\/(\d+)\/p2p\//.exec(libp2p.getMultiaddrs().join(' ')) ?? []
  return Number(port ?? 0)
}

/** The nodes of earlier commands. A file that cannot be read has none. */
async function readNodes(file: string): Promise<string[]> {
  try {
    const nodes: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(nodes) ? nodes.filter(each => typeof each === 'string').slice(0, MAX_NODES) : []
  } catch {
    return []
  }
}
