import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { DatagramSocket, IpFamily, OpenDatagram } from '../../transport/datagram.ts'
import type { ResolveHost } from '../../transport/resolve.ts'
import { DhtDiscovery } from './dht-discovery.ts'
import { DhtNode, type DhtNodeOptions } from './dht-node.ts'
import { parseState } from './saved-state.ts'

export interface OpenDhtOptions
  extends Pick<DhtNodeOptions, 'bootstrap' | 'readOnly' | 'queryLimits' | 'storeLimits'> {
  readonly openDatagram: OpenDatagram
  readonly resolve: ResolveHost
  readonly clock: Clock
  readonly random: Random
  /** UDP port for both families: 0 any free one, the same for both where it can be. */
  readonly port: number
  /** Local IP literals. Default: all addresses of both families; when given, only the families of those. */
  readonly hosts?: readonly { readonly family: IpFamily; readonly host: string }[]
  /** What `DhtDiscovery.state` gave in an earlier run; anything else is ignored. */
  readonly state?: Uint8Array | null
  /** See DhtDiscoveryOptions. */
  readonly impliedPort?: boolean
}

/**
 * Starts a node for each address family that the machine has, paired, and the discovery over them. Resolves before any node has
 * answered. Rejects with a ShoalError: `refused` when the port is taken, `no-permission`, `unsupported` when no family can be opened.
 */
export async function openDht(options: OpenDhtOptions): Promise<DhtDiscovery> {
  const { clock, impliedPort = false, hosts = [{ family: 4 }, { family: 6 }] } = options
  const saved = options.state ? parseState(options.state) : new Map()
  const sockets: DatagramSocket[] = []
  let missing: unknown
  for (const place of hosts) {
    try {
      sockets.push(await openBeside(sockets[0], place, options))
    } catch (error) {
      missing = error
      // A machine without IPv6 is an ordinary one. A port that is taken is for the caller to know.
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

/** Two families on one port are one place to whoever configures a router; but a free port of one may be taken in the other. */
async function openBeside(
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
