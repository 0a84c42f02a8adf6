import { openDatagram } from '#datagram'
import { systemClock } from '../base/clock.ts'
import { isLoopback } from '../base/local-address.ts'
import { systemRandom } from '../base/random.ts'
import { localNetworks } from './local-networks.node.ts'
import { type MapperOptions, RouterPortMapper } from './mapper.ts'
import type { PortMapper } from './port-mapping.ts'
import { routerHttp } from './router-http.node.ts'

/** Maps ports at the routers of this machine's networks. Null for a host that is loopback: no mapping would make that reachable. */
export function openPortMapper(options: MapperOptions): PortMapper | null {
  if (options.host !== undefined && isLoopback(options.host)) return null
  const network = { clock: systemClock, random: systemRandom, openDatagram, http: routerHttp, localNetworks }
  return new RouterPortMapper(network, options)
}
