import { useEffect, useState } from 'react'
import { Button } from '../components/Button.tsx'
import { Icon } from '../components/Icon.tsx'
import { notify } from '../components/toasts.ts'
import { useCell, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import styles from './OfflineBanner.module.css'

/** A short gap is nobody's concern. */
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
    <div className={styles.banner} role="status">
      <Icon name="offline" />
      <div>
        <strong>{t.title}.</strong> {loaded ? t.body : t.bodyNever}
      </div>
      <Button size="small" icon="refresh" onClick={() => node.events.retryNow()}>
        {t.retry}
      </Button>
    </div>
  )
}
