import type { Feed } from '@shoal/api'
import { useState } from 'react'
import { TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { EverySelect } from './EverySelect.tsx'

const t = texts.pages.feeds
const USUAL_MINUTES = 30

export function AddFeedDialog({ onAdded, onClose }: { onAdded(feed: Feed): void; onClose(): void }) {
  const { api } = useNode()
  const [error, setError] = useState<string | null>(null)
  const [every, setEvery] = useState(USUAL_MINUTES)
  const [busy, setBusy] = useState(false)
  const submit = async (form: FormData) => {
    const url = String(form.get('url')).trim()
    setBusy(true)
    await api.addFeed({ url, everyMinutes: every }).then(onAdded, failure => setError(messageOf(failure)))
    setBusy(false)
  }
  return (
    <FormDialog
      title={t.add}
      confirm={t.add}
      disabled={busy}
      className={layout.stack4}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  )
}
