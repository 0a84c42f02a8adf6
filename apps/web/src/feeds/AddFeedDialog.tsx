import type { Feed } from '@shoal/api'
import { type FormEvent, useState } from 'react'
import { Button } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { messageOf } from '../components/errors.ts'
import { TextField } from '../components/Field.tsx'
import { useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import { EverySelect } from './EverySelect.tsx'
import styles from './Feeds.module.css'

const t = texts.pages.feeds
const USUAL_MINUTES = 30

export function AddFeedDialog({ onAdded, onClose }: { onAdded(feed: Feed): void; onClose(): void }) {
  const { api } = useNode()
  const [error, setError] = useState<string | null>(null)
  const [every, setEvery] = useState(USUAL_MINUTES)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const url = String(new FormData(event.currentTarget).get('url')).trim()
    setBusy(true)
    await api.addFeed({ url, everyMinutes: every }).then(onAdded, failure => setError(messageOf(failure)))
    setBusy(false)
  }
  return (
    <Dialog
      open
      title={t.add}
      onClose={onClose}
      footer={
        <Button type="submit" form="feed-form" variant="primary" disabled={busy}>
          {t.add}
        </Button>
      }
    >
      <form id="feed-form" className={styles.form} onSubmit={submit}>
        <TextField
          label={t.address}
          name="url"
          type="url"
          placeholder={t.addressHint}
          required
          error={error}
          autoComplete="off"
        />
        <EverySelect value={every} onChange={setEvery} />
      </form>
    </Dialog>
  )
}
