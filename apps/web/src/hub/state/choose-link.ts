import { readAnswer } from '@shoal/api'
import { connectHub } from '@shoal/hub-api/client'
import { texts } from '../../shared/messages/hub.ts'
import { sayingFetch } from '../../shared/messages/reasons.ts'
import type { HubLink } from './hub-store.ts'

const KEY = 'shoal.mock'

/**
 * Returns the hub that serves this page, or a simulated one if the address contains `?mock`. The
 * simulated one is used until the tab is closed or `?mock=off` is opened.
 */
export async function chooseLink(): Promise<HubLink> {
  const query = new URLSearchParams(location.search)
  if (query.get('mock') === 'off') sessionStorage.removeItem(KEY)
  else if (query.has('mock')) sessionStorage.setItem(KEY, location.search)
  const wanted = sessionStorage.getItem(KEY)
  if (wanted === null) return hubOfPage()
  const { simulatedHub } = await import('./simulated/simulated-hub.ts')
  return simulatedHub(new URLSearchParams(wanted))
}

function hubOfPage(): HubLink {
  const api = connectHub({ unreachable: texts.unreachable, fetch: sayingFetch })
  return { api, simulated: false, sendBytes, health }
}

async function health(signal: AbortSignal): Promise<string> {
  return (await (await fetch('/health', { signal })).text()).trim()
}

async function sendBytes(method: 'POST' | 'PUT', path: string, body: Blob): Promise<void> {
  await readAnswer(await sayingFetch(path, { method, body }))
}
