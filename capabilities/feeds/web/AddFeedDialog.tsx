import { useWork } from '@shoal/web/shared/base/use-work.ts'
import { SelectField, TextField } from '@shoal/web/shared/controls/Field.tsx'
import { FormDialog } from '@shoal/web/shared/controls/FormDialog.tsx'
import { messageOf } from '@shoal/web/shared/format/errors.ts'
import { formatDuration } from '@shoal/web/shared/format/format.ts'
import { useNode } from '@shoal/web/shared/node/context.tsx'
import type { Feed } from '../schemas.ts'
import { texts as t } from './texts.ts'

const MINUTES = [5, 15, 30, 60, 180, 360, 720, 1440, 10_080]
const USUAL_MINUTES = 30

export function AddFeedDialog({ onAdded, onClose }: { onAdded(feed: Feed): void; onClose(): void }) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const submit = (form: FormData) =>
    run(async () => {
      const url = String(form.get('url')).trim()
      onAdded(await api.addFeed({ url, everyMinutes: Number(form.get('every')) }))
    })
  return (
    <FormDialog title={t.add} disabled={isBusy} onSubmit={submit} onClose={onClose}>
      <TextField
        label={t.address}
        name="url"
        type="url"
        placeholder={t.addressHint}
        required
        error={failure === null ? null : messageOf(failure)}
        autoComplete="off"
      />
      <SelectField
        label={t.every}
        name="every"
        defaultValue={USUAL_MINUTES}
        options={MINUTES.map(minutes => ({ value: String(minutes), text: formatDuration(minutes * 60) }))}
      />
    </FormDialog>
  )
}
