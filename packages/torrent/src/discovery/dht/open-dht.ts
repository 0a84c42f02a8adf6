import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../../transport/datagram.ts'
import type { ResolveHost } from '../../transport/resolve.ts'
import { DhtDiscovery } from './dht-discovery.ts'
import { DhtNode, type DhtNodeOptions } from './dht-node.ts'
import { parseState } from './saved-state.ts'

export interface OpenDhtOptions
  extends Pick<
    DhtNodeOptions,
    'bootstrap' | 'readOnly' | 'isAnonymous' | 'onExternalIp' | 'queryLimits' | 'storeLimits'
  > {
  readonly openDatagram: OpenDatagram
  readonly resolve: ResolveHost
  readonly clock: Clock
  readonly random: Random
  /** UDP port for both families; 0 for any free one, the same for both if possible. */
  readonly port: number
  /**
   * Local IP literals. Default: all addresses of both families. If given, only their families are
   * opened.
   */
  readonly hosts?: readonly { readonly family: IpFamily; readonly host: string }[]
  /** The result of `DhtDiscovery.state` in an earlier run; anything else is ignored. */
  readonly state?: Uint8Array | null
  /** See DhtDiscoveryOptions. */
  readonly impliedPort?: boolean
}

/**
 * Starts a node for each address family that the machine has, pairs them, and creates the discovery
 * over them. Resolves before any other node has answered. Rejects with a ShoalError: `refused` if
 * the port is taken, `no-permission`, or `unsupported` if no family can be opened.
 */
export async function openDht(options: OpenDhtOptions): Promise<DhtDiscovery> {
  const { clock, impliedPort = false, hosts = [{ family: 4 }, { family: 6 }] } = options
  const saved = options.state ? parseState(options.state) : new Map()
  const sockets: DatagramSocket[] = []
  let missing: unknown
  for (const place of hosts) {
    try {
      sockets.push(await openOnSamePort(sockets[0], place, options))
    } catch (error) {
      missing = error
      // Machines without IPv6 are common. Other errors, such as a port that is taken, are for the
      // caller.
      if (error instanceof ShoalError && error.code === 'unsupported') continue
      await Promise.all(sockets.map(socket => socket.close()))
      throw error
    }
  }
  if (sockets.length === 0) {
    throw missing ?? new ShoalError('bad-argument', 'The DHT needs at least one address to listen on')
  }
  const nodes = sockets.map(socket => new DhtNode({ ...options, socket, saved: saved.get(socket.family) }))
  const [first, second] = nodes
  if (first && second && first.family !== second.family) first.pair(second)
  return new DhtDiscovery({ nodes, clock, impliedPort })
}

/**
 * Uses one port for both families, which simplifies port forwarding, unless a port that is free in
 * one is taken in the other.
 */
async function openOnSamePort(
  first: DatagramSocket | undefined,
  place: { family: IpFamily; host?: string },
  { openDatagram, port }: OpenDhtOptions,
): Promise<DatagramSocket> {
  if (port !== 0 || !first) return openDatagram({ ...place, port })
  try {
    return await openDatagram({ ...place, port: first.port })
  } catch {
    return openDatagram({ ...place, port: 0 })
  }
}
