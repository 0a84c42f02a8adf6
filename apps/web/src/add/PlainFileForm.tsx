import type { AddTorrent } from '@shoal/api'
import { type FormEvent, useState } from 'react'
import { Button } from '../components/Button.tsx'
import { Notice } from '../components/Parts.tsx'
import { texts } from '../texts/texts.ts'
import styles from './Add.module.css'
import { FolderField } from './FolderField.tsx'

const t = texts.add

interface Props {
  readonly source: string
  onBack(): void
  onAdd(options: AddTorrent): Promise<void>
}

/** A link that leads to no torrent: there is nothing to choose but where it goes. */
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
    <form className={styles.form} onSubmit={submit}>
      <Notice tone="info">
        {t.plain.title} {t.plain.body}
      </Notice>
      <p className={styles.content}>
        <span>{source}</span>
      </p>
      <FolderField value={directory} onChange={setDirectory} />
      <div className={styles.actions}>
        <Button onClick={onBack}>{texts.app.back}</Button>
        <Button type="submit" variant="primary" icon="download" disabled={busy}>
          {t.plain.confirm}
        </Button>
      </div>
    </form>
  )
}
