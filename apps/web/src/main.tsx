import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './shared/node/plain-zod.ts'
import './shared/theme/tokens.css'
import './shared/theme/base.css'
import { App } from './app/App.tsx'
import { chooseLink } from './app/choose-link.ts'
import { rememberForSharePage } from './app/own-node.ts'
import { registerWorker } from './app/worker.ts'
import { takeToken } from './features/access/token.ts'
import { CONSOLE_ICONS } from './shared/controls/console-icons.ts'
import { ICONS } from './shared/controls/icons.ts'
import { showLanguage } from './shared/messages/language.ts'
import { loadFirstReasons, loadReasons } from './shared/messages/reasons.ts'
import { NodeStore } from './shared/node/node-store.ts'
import { showTheme } from './shared/theme/theme.ts'

Object.assign(ICONS, CONSOLE_ICONS)
showTheme()
showLanguage()
const reasons = loadFirstReasons()
const link = await chooseLink()
const tokenFailed = !(await takeToken(link.api))
await reasons
const node = new NodeStore(link)
void node.start()
addEventListener('online', () => node.events.retryNow())
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App node={node} tokenFailed={tokenFailed} />
  </StrictMode>,
)
// An action of the user may fail. Other screens and failed requests load the texts themselves.
for (const type of ['keydown', 'pointerdown'])
  addEventListener(type, () => void loadReasons(), { once: true, capture: true })
if (!link.simulated) {
  registerWorker()
  rememberForSharePage(node)
}
