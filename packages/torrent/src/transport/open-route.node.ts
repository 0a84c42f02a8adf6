import type { Clock } from '../base/clock.ts'
import { openDatagram } from './datagram.node.ts'
import { openInterfaceRoute } from './interface/interface-route.node.ts'
import { openProxyRoute, type ProxyMode } from './proxy/proxy-route.node.ts'
import type { OpenSocketTo } from './proxy/tunnel.node.ts'
import type { Route } from './route.node.ts'

export { checkInterface } from './interface/interface-route.node.ts'
export { parseProxyUrl } from './proxy/proxy-url.ts'
export { dropLookups, resolveHost } from './resolve.node.ts'
export type { ResolveHost } from './resolve.ts'
export type { ConnectTo, Route } from './route.node.ts'

export interface RouteOptions {
  readonly proxy?: { readonly url: string; readonly mode?: ProxyMode } | undefined
  readonly interface?: { readonly name: string; readonly dnsServers?: readonly string[] } | undefined
  readonly clock: Clock
}

/**
 * Opens the route that the options specify, without connecting: a proxy, an interface, or a proxy
 * behind an interface. Returns null if they specify none. Throws `bad-argument` or `unsupported`.
 */
export function openRoute({ proxy, interface: device, clock }: RouteOptions): Route | null {
  const base = device ? openInterfaceRoute({ ...device, clock }) : null
  if (!proxy) return base
  const { url, mode = 'prefer' } = proxy
  try {
    if (!base) return openProxyRoute({ url, mode, clock, openDatagram })
    return openProxyRoute({ url, mode, clock, base, openDatagram: base.openDatagram, open: through(base) })
  } catch (error) {
    void base?.close()
    throw error
  }
}

/** Connects to a proxy on a route. */
function through({ resolveHost, connect }: Route): OpenSocketTo {
  return async ({ host, port }, { signal }) => {
    const [first] = await resolveHost(host, { signal })
    return connect({ host: first!.host, port }, { signal })
  }
}
