import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import { isLoopback } from '../../base/local-address.ts'
import type { DatagramOptions, DatagramSocket, OpenDatagram } from '../datagram.ts'
import type { ResolvedAddress } from '../resolve.ts'
import type { Route } from '../route.node.ts'
import type { RouteHealth } from '../route.ts'
import { ProxyHealth } from './proxy-health.ts'
import { hasAddress, parseProxyUrl } from './proxy-url.ts'
import { RelaySocket } from './relay.node.ts'
import { type OpenSocketTo, ProxyClient } from './tunnel.node.ts'

/**
 * `prefer`: all TCP connections and names go through the proxy, and datagrams if it relays them;
 * datagrams that it does not relay, WebRTC, local discovery and incoming connections are direct.
 * `strict`: nothing leaves except through the proxy, and nothing that we send reveals who we are.
 */
export type ProxyMode = 'prefer' | 'strict'

export interface ProxyRouteOptions {
  /** As for `parseProxyUrl`. */
  readonly url: string
  readonly mode: ProxyMode
  readonly clock: Clock
  /**
   * Opens the datagram socket to the proxy's relay and, in the mode `prefer`, those that bypass
   * it.
   */
  readonly openDatagram: OpenDatagram
  /** Opens connections to the proxy. Default: the system's. */
  readonly open?: OpenSocketTo
  /** The interface that leads to the proxy. */
  readonly base?: Route | null
}

/**
 * Names that only the local network knows (RFC 6762, RFC 8375, and common use). The proxy is in
 * another network.
 */
const LOCAL_NAMES = /\.(?:local|lan|internal|home\.arpa)$/

/** Opens the route through a proxy. Does not connect yet. Throws `bad-argument`. */
export function openProxyRoute({
  url,
  mode,
  clock,
  openDatagram,
  open,
  base = null,
}: ProxyRouteOptions): Route {
  const server = parseProxyUrl(url)
  const isStrict = mode === 'strict'
  if (isStrict && !hasAddress(server))
    throw new ShoalError(
      'bad-argument',
      `a strict proxy must be given by its IP address, because the name ${server.host} would have to be looked up without it`,
    )
  const closing = new AbortController()
  const client = new ProxyClient({
    server,
    clock,
    ...(open && { open }),
    onState: problem => health.report(problem),
  })
  const health = new ProxyHealth(clock, () => client.probe(closing.signal))
  const relayed = { client, clock, openDatagram }
  return {
    isAnonymous: isStrict,
    canListen: !isStrict,
    get carriesUdp() {
      return !isStrict || client.relaysUdp
    },
    carriesWebrtc: !isStrict && !base,
    endsConnections: base !== null,
    device: base?.device ?? null,
    health: base ? combined(base.health, health) : health,
    listen: base?.listen ?? null,
    connect: (target, { signal }) => client.connect(target, signal),
    resolveHost: async host => [unresolved(host)],
    openDatagram: options =>
      isStrict ? openStrict(relayed, options) : openPreferred(relayed, options, openDatagram),
    async close() {
      closing.abort(new ShoalError('closed', 'the route was closed'))
      health.close()
      await base?.close()
    },
  }
}

/** A proxy behind an interface works while both do. */
function combined(base: RouteHealth, own: RouteHealth): RouteHealth {
  return {
    get problem() {
      return base.problem ?? own.problem
    },
    onChange(callback) {
      const ends = [base.onChange(callback), own.onChange(callback)]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

interface Relayed {
  readonly client: ProxyClient
  readonly clock: Clock
  readonly openDatagram: OpenDatagram
}

async function openStrict(relayed: Relayed, options: DatagramOptions): Promise<DatagramSocket> {
  if (options.multicast)
    throw new ShoalError('unsupported', 'local discovery would bypass the proxy, which is strict')
  return new RelaySocket(relayed, options)
}

/**
 * Datagrams are direct only if the proxy reports that it does not relay them, and not if it fails.
 */
async function openPreferred(
  relayed: Relayed,
  options: DatagramOptions,
  direct: OpenDatagram,
): Promise<DatagramSocket> {
  if (options.multicast) return direct(options)
  const relay = new RelaySocket(relayed, options)
  try {
    await relay.first
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'unsupported') {
      await relay.close()
      return direct(options)
    }
  }
  return relay
}

/** Returns the host as the proxy receives it. */
function unresolved(host: string): ResolvedAddress {
  const name = host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  const ip = canonicalIp(name)
  if (ip !== null) return { host: ip, family: ip.includes(':') ? 6 : 4 }
  if (isLoopback(name)) return { host: '127.0.0.1', family: 4 }
  if (LOCAL_NAMES.test(name))
    throw new ShoalError(
      'unreachable',
      `${name} is a name of the local network, which the proxy does not know`,
    )
  return { host: name, family: 4 }
}
