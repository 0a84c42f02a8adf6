import { openDatagram } from '#datagram'
import { systemClock } from '../base/clock.ts'
import { isLoopback } from '../base/local-address.ts'
import { systemRandom } from '../base/random.ts'
import type { Route } from '../transport/route.node.ts'
import { localNetworks } from './local-networks.node.ts'
import { type MapperOptions, RouterPortMapper } from './mapper.ts'
import type { PortMapper } from './port-mapping.ts'
import { createRouterHttp, routerHttp } from './router-http.node.ts'

export type { PortMapper }

/** The part of a route that is used for requests to routers. */
type RouterRoute = Pick<Route, 'device' | 'connect' | 'openDatagram'>

/**
 * Maps ports at the routers of this machine's networks, or of the route's only interface. Returns
 * null if the host is loopback, which no mapping could make reachable.
 */
export function openPortMapper(options: MapperOptions, route: RouterRoute | null = null): PortMapper | null {
  if (options.host !== undefined && isLoopback(options.host)) return null
  const network = { clock: systemClock, random: systemRandom, openDatagram, http: routerHttp, localNetworks }
  if (!route?.device) return new RouterPortMapper(network, options)
  const bound = {
    openDatagram: route.openDatagram,
    http: createRouterHttp(route.connect),
    localNetworks: async () => (await localNetworks()).filter(({ name }) => name === route.device),
  }
  return new RouterPortMapper({ ...network, ...bound }, options)
}
