import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../shared/node/plain-zod.ts'
import '../shared/theme/tokens.css'
import '../shared/theme/base.css'
import { CONSOLE_ICONS } from '../shared/controls/console-icons.ts'
import { ICONS } from '../shared/controls/icons.ts'
import { showLanguage } from '../shared/messages/language.ts'
import { showTheme } from '../shared/theme/theme.ts'
import { App } from './app/App.tsx'
import { chooseLink } from './state/choose-link.ts'
import { HubStore } from './state/hub-store.ts'

Object.assign(ICONS, CONSOLE_ICONS)
showTheme()
showLanguage()
// The links that the hub prints at its first start, and those of invitations.
if (location.pathname === '/' && location.hash.startsWith('#invitation='))
  history.replaceState(history.state, '', `/join${location.search}${location.hash}`)
const link = await chooseLink()
const hub = new HubStore(link)
void hub.start()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App hub={hub} />
  </StrictMode>,
)
if (!link.simulated && 'serviceWorker' in navigator && import.meta.env.PROD)
  void navigator.serviceWorker.register('/worker.js?page=hub').catch(() => {})
