import { useEffect, useState } from 'react'
import { Icon } from '../controls/Icon.tsx'
import layout from '../controls/layout.module.css'
import { notifyError } from '../controls/toasts.ts'
import { type DroppedFile, droppedFiles } from '../dropped/dropped.ts'
import { useCell } from '../node/context.tsx'
import styles from './DropZone.module.css'
import { dropTaker } from './ui.ts'

interface Props {
  readonly title: string
  /** Says what happens with a drop that no screen takes; without it, such drops are ignored. */
  readonly hint?: string
  /** Accepted types of the transfer. */
  readonly types: readonly string[]
  /** Receives drops that no screen takes. */
  onDrop?(files: readonly DroppedFile[], text: string): void
}

/**
 * Accepts drops on the whole page: otherwise browsers would open the files instead of the page. A
 * screen can take files first (`dropTaker`).
 */
export function DropZone({ title, hint, types, onDrop }: Props) {
  const [over, setOver] = useState(false)
  const taker = useCell(dropTaker)
  useEffect(() => {
    // A child is entered before its parent is left: the depth shows when the page itself is left.
    let depth = 0
    const accepts = (event: DragEvent) => event.dataTransfer?.types.some(type => types.includes(type))
    const enter = (event: DragEvent) => {
      if (!accepts(event)) return
      // Cancels `dragenter`, too: `dragover` may not fire if the element under the pointer changes.
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
    const take = async (data: DataTransfer) => {
      const text = data.getData('text/uri-list') || data.getData('text/plain')
      const files = await droppedFiles(data)
      const taker = dropTaker.get()
      if (taker && files.length > 0) taker.take(files)
      else onDrop?.(files, text)
    }
    const listeners = { dragenter: enter, dragleave: leave, dragover: hover, drop }
    for (const [name, listener] of Object.entries(listeners))
      addEventListener(name, listener as EventListener)
    return () => {
      for (const [name, listener] of Object.entries(listeners))
        removeEventListener(name, listener as EventListener)
    }
  }, [types, onDrop])
  if (!over || (!taker && !hint)) return null
  return (
    <div className={`${layout.center} ${styles.zone}`}>
      <div className={`${layout.stack2} ${layout.centered} ${layout.surface} ${styles.card}`}>
        <Icon name="download" size={40} />
        <strong>{title}</strong>
        <span className={layout.muted}>{taker?.hint ?? hint}</span>
      </div>
    </div>
  )
}
