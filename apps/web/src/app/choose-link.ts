import { texts } from '../shared/messages/texts.ts'
import { httpLink } from '../shared/node/http-link.ts'
import type { NodeLink } from '../shared/node/link.ts'

const KEY = 'shoal.mock'

/**
 * Chooses the node that serves this page, or a simulated one if the address contains `?mock`. The
 * simulated one is used until the tab is closed or `?mock=off` is opened.
 */
export async function chooseLink(): Promise<NodeLink> {
  const query = new URLSearchParams(location.search)
  if (query.get('mock') === 'off') sessionStorage.removeItem(KEY)
  else if (query.has('mock')) sessionStorage.setItem(KEY, location.search)
  const wanted = sessionStorage.getItem(KEY)
  if (wanted === null) return httpLink(texts.app.unreachable)
  const { simulatedLink, simulationOptions } = await import('../shared/node/simulated-link.ts')
  return simulatedLink(simulationOptions(new URLSearchParams(wanted)))
}
