import type { AddTorrent } from '@shoal/api'
import { type FormEvent, useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { FolderField } from '../../shared/forms/FolderField.tsx'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/texts.ts'
import styles from './Add.module.css'

const t = texts.add

interface Props {
  readonly source: string
  onBack(): void
  onAdd(options: AddTorrent): Promise<void>
}

/** The form for a link to a plain file, without a torrent: only the destination can be chosen. */
export function PlainFileForm({ source, onBack, onAdd }: Props) {
  const [directory, setDirectory] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    await onAdd({ source, ...(directory === null ? {} : { directory }) })
    setBusy(false)
  }
  return (
    <form className={`${layout.stack4} ${styles.form}`} onSubmit={submit}>
      <Notice tone="info">
        {t.plain.title} {t.plain.body}
      </Notice>
      <p className={`${layout.row2} ${layout.sunken} ${styles.content}`}>
        <span className={`${layout.grow} ${layout.break}`}>{source}</span>
      </p>
      <FolderField value={directory} onChange={setDirectory} />
      <div className={`${layout.wrap2} ${layout.end} ${styles.actions}`}>
        <Button onClick={onBack}>{controls.back}</Button>
        <Button type="submit" variant="primary" icon="download" disabled={busy}>
          {t.plain.confirm}
        </Button>
      </div>
    </form>
  )
}
