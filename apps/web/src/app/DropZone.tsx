import { useEffect, useState } from 'react'
import { Icon } from '../shared/controls/Icon.tsx'
import layout from '../shared/controls/layout.module.css'
import { notifyError } from '../shared/controls/toasts.ts'
import { droppedFiles } from '../shared/dropped/dropped.ts'
import { linksIn } from '../shared/dropped/links.ts'
import { texts } from '../shared/messages/texts.ts'
import { openAdd } from '../shared/ui/ui.ts'
import styles from './DropZone.module.css'

/** The whole page takes files, folders and links that are dropped on it. */
export function DropZone() {
  const [over, setOver] = useState(false)
  useEffect(() => {
    // Entering a child comes before leaving its parent: the depth tells when the page itself is left.
    let depth = 0
    const accepts = (event: DragEvent) =>
      event.dataTransfer?.types.some(
        type => type === 'Files' || type === 'text/uri-list' || type === 'text/plain',
      )
    const enter = (event: DragEvent) => {
      if (!accepts(event)) return
      // Browsers ask by `dragover` only where the hand has stayed on one element, and the page may change under it.
      event.preventDefault()
      depth++
      setOver(true)
    }
    const leave = () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const hover = (event: DragEvent) => accepts(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      depth = 0
      setOver(false)
      if (!accepts(event) || !event.dataTransfer) return
      event.preventDefault()
      void take(event.dataTransfer).catch(notifyError)
    }
    const listeners = { dragenter: enter, dragleave: leave, dragover: hover, drop }
    for (const [name, listener] of Object.entries(listeners))
      addEventListener(name, listener as EventListener)
    return () => {
      for (const [name, listener] of Object.entries(listeners))
        removeEventListener(name, listener as EventListener)
    }
  }, [])
  if (!over) return null
  return (
    <div className={`${layout.center} ${styles.zone}`}>
      <div className={`${layout.stack2} ${layout.centered} ${styles.card}`}>
        <Icon name="download" size={40} />
        <strong>{texts.add.drop}</strong>
        <span className={layout.muted}>{texts.add.dropHint}</span>
      </div>
    </div>
  )
}

async function take(data: DataTransfer): Promise<void> {
  const text = data.getData('text/uri-list') || data.getData('text/plain')
  const files = await droppedFiles(data)
  if (files.length === 0) {
    if (linksIn(text).length > 0) openAdd({ tab: 'download', text })
    return
  }
  const isTorrent = files.every(({ path }) => /\.torrent$/i.test(path))
  openAdd({ tab: isTorrent ? 'download' : 'share', files })
}
