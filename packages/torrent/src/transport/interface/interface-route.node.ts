import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import { systemRandom } from '../../base/random.ts'
import type { Route } from '../route.node.ts'
import { BoundDatagrams } from './bound-datagrams.node.ts'
import { DeviceSockets } from './device-sockets.node.ts'
import { DnsClient } from './dns-client.node.ts'
import { InterfaceWatch } from './interface-watch.node.ts'
import { loadLibc } from './libc.node.ts'
import { systemNameServers } from './name-servers.node.ts'

const MAX_DNS_SERVERS = 3

export interface InterfaceRouteOptions {
  /**
   * Name of a network interface, or one of its addresses, which is then the only one that is used.
   */
  readonly name: string
  /**
   * IP literals of name servers, which are queried through the interface. Default: those of the
   * system.
   */
  readonly dnsServers?: readonly string[] | undefined
  readonly clock: Clock
}

/**
 * Opens the route through one network interface, such as that of a VPN: nothing leaves through any
 * other, and while it is missing or down, nothing leaves. Packets to this machine itself do not
 * arrive either. Throws `bad-argument`, or `unsupported` where sockets cannot be bound to
 * interfaces.
 */
export function openInterfaceRoute({ name, dnsServers = [], clock }: InterfaceRouteOptions): Route {
  checkInterface(name, dnsServers)
  const libc = loadLibc()
  const watch = new InterfaceWatch(name, clock, libc)
  const sockets = new DeviceSockets(watch, libc)
  const openDatagram = (options: Parameters<Route['openDatagram']>[0]) =>
    BoundDatagrams.open(sockets, options)
  const servers = dnsServers.map(server => canonicalIp(server)!)
  const dns = new DnsClient({
    clock,
    random: systemRandom,
    openDatagram,
    connect: sockets.connect,
    servers: servers.length > 0 ? async () => servers : () => systemNameServers(),
    families: () => watch.current?.families ?? [4],
  })
  watch.onChange(() => dns.clear())
  return {
    isAnonymous: false,
    canListen: true,
    carriesUdp: true,
    // The library binds to addresses only, and the system would choose any interface.
    carriesWebrtc: false,
    endsConnections: true,
    get device() {
      return sockets.name
    },
    health: watch,
    connect: sockets.connect,
    resolveHost: dns.resolveHost,
    openDatagram,
    listen: sockets.listen,
    async close() {
      dns.close()
      sockets.close()
      watch.close()
    },
  }
}

/**
 * Throws `bad-argument` for an invalid name or address of an interface, or address of a name
 * server.
 */
export function checkInterface(name: string, dnsServers: readonly string[]): void {
  // Linux allows 15 bytes without spaces and slashes.
  if (canonicalIp(name) === null && !/^[!-.0-~]{1,15}$/.test(name))
    throw new ShoalError(
      'bad-argument',
      'write the name of a network interface, such as tun0, or its IP address',
    )
  const isAddress = (server: string) => canonicalIp(server) !== null
  if (dnsServers.length > MAX_DNS_SERVERS || !dnsServers.every(isAddress))
    throw new ShoalError('bad-argument', `name at most ${MAX_DNS_SERVERS} DNS servers by their IP addresses`)
}
