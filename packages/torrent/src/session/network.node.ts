import { openDatagram } from '#datagram'
import { openPortMapper } from '#port-mapper'
import { resolveHost } from '#resolve'
import { openRtc } from '#rtc'
import { openSeedRanges } from '#seed-ranges'
import { createTransports } from '#transports'
import { ShoalError } from '../base/errors.ts'
import { isLocalAddress } from '../base/local-address.ts'
import { createHttpGet, httpGet } from '../discovery/tracker/http-get.node.ts'
import { createOpenSocket } from '../discovery/tracker/ws/routed-socket.node.ts'
import { openSocket } from '../discovery/tracker/ws/web-socket.ts'
import { openRoute } from '../transport/open-route.node.ts'
import type { Route } from '../transport/route.node.ts'
import type { NetworkOptions, SessionNetwork } from './network.ts'

/**
 * Returns the network of this platform: the system's own, or a route if the options name a proxy
 * or an interface. Code with a route receives only the route's functions, so that it cannot bypass
 * it. Throws `bad-argument`, or `unsupported` if this machine cannot enforce the route.
 */
export function platformNetwork(options: NetworkOptions): SessionNetwork {
  const route = openRoute(options)
  if (route) return routedNetwork(route)
  return {
    route,
    createTransports,
    openDatagram,
    resolveHost,
    httpGet,
    openSocket,
    openRtc,
    openHttpRanges: openSeedRanges,
    openPortMapper: options => openPortMapper(options),
  }
}

function routedNetwork(route: Route): SessionNetwork {
  return {
    route,
    createTransports: services => createTransports(services, route),
    openDatagram: route.openDatagram,
    resolveHost: route.resolveHost,
    httpGet: createHttpGet(isLocalAddress, route),
    openSocket: createOpenSocket(route),
    openRtc: route.carriesWebrtc ? openRtc : refuseRtc,
    openHttpRanges: options => openSeedRanges({ ...options, route }),
    // Requests to routers would bypass the route.
    openPortMapper: route.canListen ? options => openPortMapper(options, route) : () => null,
  }
}

async function refuseRtc(): Promise<never> {
  throw new ShoalError('unsupported', 'WebRTC would bypass the strict proxy, or the network interface')
}
