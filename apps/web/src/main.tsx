import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './node/plain-zod.ts'
import './theme/tokens.css'
import './theme/base.css'
import { takeToken } from './access/token.ts'
import { App } from './app/App.tsx'
import { tellSharePage } from './app/own-node.ts'
import { registerWorker } from './app/worker.ts'
import { chooseLink } from './node/choose-link.ts'
import { NodeStore } from './node/node-store.ts'
import { showTheme } from './theme/theme.ts'

showTheme()
const link = await chooseLink()
const tokenFailed = !(await takeToken(link.api))
const node = new NodeStore(link)
void node.start()
addEventListener('online', () => node.events.retryNow())
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App node={node} tokenFailed={tokenFailed} />
  </StrictMode>,
)
if (!link.simulated) {
  registerWorker()
  tellSharePage(node)
}
