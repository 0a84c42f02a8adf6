import { useEffect, useState } from 'react'
import { Button } from '../shared/controls/Button.tsx'
import { Icon } from '../shared/controls/Icon.tsx'
import layout from '../shared/controls/layout.module.css'
import { notify } from '../shared/controls/toasts.ts'
import { texts } from '../shared/messages/texts.ts'
import { useCell, useNode } from '../shared/node/context.tsx'
import styles from './OfflineBanner.module.css'

/** Shorter gaps are not shown. */
const PATIENCE_MS = 1500

export function OfflineBanner() {
  const node = useNode()
  const online = useCell(node.events.state) === 'online'
  const loaded = useCell(node.loaded)
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (online) return
    const timer = setTimeout(() => setShown(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [online])
  useEffect(() => {
    if (!online || !shown) return
    setShown(false)
    notify(texts.app.offline.back, { type: 'good', timeoutMs: 3000 })
  }, [online, shown])
  if (!shown) return null
  const t = texts.app.offline
  return (
    <div className={`${layout.row3} ${layout.ruled} ${layout.strong} ${styles.banner}`} role="status">
      <Icon name="offline" />
      <div className={layout.grow}>
        <strong>{t.title}.</strong> {loaded ? t.body : t.bodyNever}
      </div>
      <Button size="small" icon="refresh" onClick={() => node.events.retryNow()}>
        {t.retry}
      </Button>
    </div>
  )
}
