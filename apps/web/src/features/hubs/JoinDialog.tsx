import type { JoinedHub } from '@shoal/api'
import { useWork } from '../../shared/base/use-work.ts'
import { TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { messageOf } from '../../shared/format/errors.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'

const t = texts.pages.hubs

export function JoinDialog({ onJoined, onClose }: { onJoined(hub: JoinedHub): void; onClose(): void }) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const submit = (form: FormData) =>
    run(async () => {
      const name = String(form.get('name')).trim()
      const url = String(form.get('url')).trim()
      onJoined(await api.joinHub({ url, ...(name !== '' && { name }) }))
    })
  return (
    <FormDialog
      title={t.join}
      confirm={isBusy ? t.joining : t.join}
      disabled={isBusy}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t.link}
        hint={t.linkHint}
        name="url"
        placeholder="https://hub.example.org/join#invitation=…"
        required
        maxLength={2048}
        error={failure === null ? null : messageOf(failure)}
        autoComplete="off"
        spellCheck={false}
      />
      <TextField label={t.name} hint={t.nameHint} name="name" maxLength={64} autoComplete="nickname" />
    </FormDialog>
  )
}
