import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../shared/theme/tokens.css'
import '../shared/theme/base.css'
import { CONSOLE_ICONS } from '../shared/controls/console-icons.ts'
import { ICONS } from '../shared/controls/icons.ts'
import { showLanguage } from '../shared/messages/language.ts'
import { showTheme } from '../shared/theme/theme.ts'
import { Start } from './screens/Start.tsx'

Object.assign(ICONS, CONSOLE_ICONS)
showTheme()
showLanguage()
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Start />
  </StrictMode>,
)
