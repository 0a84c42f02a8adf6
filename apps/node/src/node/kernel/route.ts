/** The way of the node's own requests: feeds, plain downloads, tests of addresses. */
import type { Settings } from '@shoal/api'
import { systemClock } from '@shoal/torrent'
import { openRoute, type Route } from '@shoal/torrent/route'

/** The options of a session, and of the node's own route, that the settings name. */
export function routeOptions({ network }: Settings) {
  const { proxy, proxyMode, interface: name, dnsServers } = network
  return {
    ...(proxy !== null && { proxy: { url: proxy, mode: proxyMode } }),
    ...(name !== null && { interface: { name, dnsServers } }),
  }
}

/** Opens the route that the settings name; null if they name none. Throws a ShoalError if the node cannot keep to it. */
export function openNodeRoute(settings: Settings): Route | null {
  return openRoute({ ...routeOptions(settings), clock: systemClock })
}

/** Rejects if the node cannot keep to the route that the settings name. */
export async function checkRoute(settings: Settings): Promise<void> {
  await openNodeRoute(settings)?.close()
}

/** Whether the settings name another route than before. */
export function isOtherRoute(settings: Settings, before: Settings): boolean {
  return JSON.stringify(routeOptions(settings)) !== JSON.stringify(routeOptions(before))
}
