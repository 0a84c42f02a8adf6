/** The route of the node's own requests: feeds, plain downloads, tests of addresses. */
import type { Settings } from '@shoal/api'
import { systemClock } from '@shoal/torrent'
import { openRoute, type Route } from '@shoal/torrent/route'

/** Returns the route options of a session, and of the node's own requests, from the settings. */
export function routeOptions({ network }: Settings) {
  const { proxy, proxyMode, interface: name, dnsServers } = network
  return {
    ...(proxy !== null && { proxy: { url: proxy, mode: proxyMode } }),
    ...(name !== null && { interface: { name, dnsServers } }),
  }
}

/**
 * Opens the route in the settings; null if there is none. Throws a ShoalError if the node cannot
 * enforce it.
 */
export function openNodeRoute(settings: Settings): Route | null {
  return openRoute({ ...routeOptions(settings), clock: systemClock })
}

/** Rejects if the node cannot enforce the route in the settings. */
export async function checkRoute(settings: Settings): Promise<void> {
  await openNodeRoute(settings)?.close()
}

/** Returns whether the settings have a different route than before. */
export function isOtherRoute(settings: Settings, before: Settings): boolean {
  return JSON.stringify(routeOptions(settings)) !== JSON.stringify(routeOptions(before))
}
