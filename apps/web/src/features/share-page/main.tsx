import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../../shared/theme/tokens.css'
import '../../shared/theme/base.css'
import { Cell } from '../../shared/base/cell.ts'
import { BrowserPeer } from '../../shared/engine/browser-peer.ts'
import { showLanguage } from '../../shared/messages/language.ts'
import { showTheme } from '../../shared/theme/theme.ts'
import { loadConfig } from './config.ts'
import type { Dropped } from './drops.ts'
import { FileAddresses } from './engine/file-addresses.ts'
import { PeerStore } from './engine/peer-store.ts'
import { SharePage } from './SharePage.tsx'
import type { SharingState } from './services.ts'

showTheme()
showLanguage()
const page = location.href.replace(/[?#].*$/, '')
// Not awaited: the page is shown earlier.
void navigator.serviceWorker?.register('./sw.js').catch(() => {})
const config = await loadConfig(page)
const peer = new BrowserPeer({ iceServers: config.iceServers })
const store = new PeerStore(peer)
void store.start()
const services = {
  store,
  peer,
  addresses: new FileAddresses(),
  config,
  dropped: new Cell<Dropped | null>(null),
  sharing: new Cell<SharingState | null>(null),
  made: new Set<string>(),
  page,
}
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SharePage services={services} />
  </StrictMode>,
)
