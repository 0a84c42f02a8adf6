import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'

const KEY = 'shoal.magnetHandler'
const t = texts.add.handler

/**
 * Offers once to open magnet links of other pages in the console. Browsers allow it over HTTPS and
 * on localhost.
 */
export function HandlerHint() {
  const [asked, setAsked] = useState(() => localStorage.getItem(KEY) !== null)
  if (asked || !isSecureContext || !('registerProtocolHandler' in navigator)) return null
  const register = () => {
    navigator.registerProtocolHandler('magnet', `${location.origin}/?add=%s`)
    localStorage.setItem(KEY, 'asked')
    setAsked(true)
  }
  return (
    <Notice
      tone="info"
      action={
        <Button size="small" onClick={register}>
          {t.button}
        </Button>
      }
    >
      <strong>{t.title}.</strong> {t.body}
    </Notice>
  )
}
