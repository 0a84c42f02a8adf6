import { httpLink } from '../shared/node/http-link.ts'
import type { NodeLink } from '../shared/node/link.ts'

const KEY = 'shoal.mock'

/** The node that serves this page; a made-up one where the address says `?mock`, for as long as the tab is open (`?mock=off` ends it). */
export async function chooseLink(): Promise<NodeLink> {
  const query = new URLSearchParams(location.search)
  if (query.get('mock') === 'off') sessionStorage.removeItem(KEY)
  else if (query.has('mock')) sessionStorage.setItem(KEY, location.search)
  const wanted = sessionStorage.getItem(KEY)
  if (wanted === null) return httpLink()
  const { mockLink, mockOptions } = await import('./mock/mock-link.ts')
  return mockLink(mockOptions(new URLSearchParams(wanted)))
}
