import type { Clock } from '../base/clock.ts'
import { openDatagram } from './datagram.node.ts'
import { openProxyRoute, type ProxyMode } from './proxy/proxy-route.node.ts'
import type { Route } from './route.node.ts'

export { parseProxyUrl } from './proxy/proxy-url.ts'
export { resolveHost } from './resolve.node.ts'
export type { ResolveHost } from './resolve.ts'
export type { ConnectTo, Route } from './route.node.ts'

export interface RouteOptions {
  readonly proxy?: { readonly url: string; readonly mode?: ProxyMode } | undefined
  readonly clock: Clock
}

/** Opens the route that the options name, without connecting. Returns null if they name none. Throws `bad-argument` or `unsupported`. */
export function openRoute({ proxy, clock }: RouteOptions): Route | null {
  if (!proxy) return null
  const { url, mode = 'prefer' } = proxy
  return openProxyRoute({ url, mode, clock, openDatagram })
}
