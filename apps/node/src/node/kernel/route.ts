/** The way of the node's own requests: feeds, plain downloads, tests of addresses. */
import type { Settings } from '@shoal/api'
import { systemClock } from '@shoal/torrent'
import { openRoute, type Route } from '@shoal/torrent/route'
import type { Problems } from './problems.ts'
import type { SettingsStore } from './settings-store.ts'

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

/** Refuses settings that cannot be kept, and reports changes that wait for the next start: what runs keeps to its route. */
export function followRoute(settings: SettingsStore, problems: Problems): void {
  const first = JSON.stringify(routeOptions(settings.current))
  settings.onCheck(async wanted => {
    await openNodeRoute(wanted)?.close()
  })
  settings.onChanged(now => {
    const hasChanged = JSON.stringify(routeOptions(now)) !== first
    const message =
      'the settings for the proxy or the network interface have changed: restart the node to apply them'
    problems.set('route', hasChanged ? message : null)
  })
}
