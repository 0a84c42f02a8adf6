import { openDatagram } from '#datagram'
import { httpGet } from '#http-get'
import { openPortMapper } from '#port-mapper'
import { resolveHost } from '#resolve'
import { openRtc } from '#rtc'
import { openSeedRanges } from '#seed-ranges'
import { createTransports } from '#transports'
import { ShoalError } from '../base/errors.ts'
import { openSocket } from '../discovery/tracker/ws/web-socket.ts'
import type { NetworkOptions, SessionNetwork } from './network.ts'

/**
 * Returns the network of this platform. Throws `unsupported` for a proxy or an interface, which
 * the browser and its system choose.
 */
export function platformNetwork(options: NetworkOptions): SessionNetwork {
  if (options.proxy || options.interface) throw new ShoalError('unsupported', 'set the proxy in the browser')
  return {
    route: null,
    createTransports,
    openDatagram,
    resolveHost,
    httpGet,
    openSocket,
    openRtc,
    openHttpRanges: openSeedRanges,
    openPortMapper,
  }
}
