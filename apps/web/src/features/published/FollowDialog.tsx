import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { SelectField, TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Segments } from '../../shared/controls/Panels.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { formatDuration } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'

const t = texts.pages.published
const MINUTES = [10, 30, 60, 180, 360, 720, 1440, 10_080]
const USUAL_MINUTES = 60

type Keep = 'all' | 'latest'

export function FollowDialog({ onClose }: { onClose(): void }) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const [keep, setKeep] = useState<Keep>('all')
  const follow = (form: FormData) =>
    run(async () => {
      const text = (field: string) => String(form.get(field) ?? '').trim()
      const followed = await api.follow({
        link: text('link'),
        keep,
        everyMinutes: Number(text('every')),
        ...(text('name') !== '' && { name: text('name') }),
      })
      const { name, version, error } = followed
      if (error === null && version !== null) notify(t.following({ name, version }), { type: 'good' })
      else notify(t.followingUnread({ name }), { type: 'bad' })
      onClose()
    })
  return (
    <FormDialog
      title={t.follow}
      confirm={isBusy ? t.checking : t.follow}
      disabled={isBusy}
      onSubmit={follow}
      onClose={onClose}
    >
      <TextField
        label={t.link}
        name="link"
        placeholder="magnet:?xs=urn:btpk:…"
        required
        maxLength={4096}
        error={failure === null ? undefined : messageOf(failure)}
        autoComplete="off"
        spellCheck={false}
      />
      <TextField label={t.name} hint={t.nameHint} name="name" maxLength={255} autoComplete="off" />
      <SelectField
        label={t.everyLabel}
        name="every"
        defaultValue={USUAL_MINUTES}
        options={MINUTES.map(minutes => ({ value: String(minutes), text: formatDuration(minutes * 60) }))}
      />
      <div className={layout.stack2}>
        <span className={layout.label}>{t.keep}</span>
        <Segments<Keep>
          label={t.keep}
          value={keep}
          onChange={setKeep}
          segments={[
            { value: 'all', text: t.keepAll },
            { value: 'latest', text: t.keepLatest },
          ]}
        />
        <p className={layout.soft}>{keep === 'all' ? t.keepAllHint : t.keepLatestHint}</p>
      </div>
    </FormDialog>
  )
}
