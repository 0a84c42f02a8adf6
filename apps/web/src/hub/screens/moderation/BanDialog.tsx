import { TextField } from '../../../shared/controls/Field.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/hub.ts'
import { personName } from '../../parts/person.ts'
import { ReasonDialog } from '../../parts/ReasonDialog.tsx'
import { useHub } from '../../state/context.tsx'

const t = texts.moderation
const DAY_MS = 86_400_000

export interface Banned {
  readonly did: string
  readonly name: string
}

interface Props {
  readonly banned: Banned
  onDone(): void
  onClose(): void
}

export function BanDialog({ banned, onDone, onClose }: Props) {
  const { api } = useHub()
  return (
    <ReasonDialog
      title={t.banTitle({ name: personName(banned) })}
      label={t.reason}
      hint={t.reasonHint}
      confirm={t.ban}
      onSend={async (reason, form) => {
        const days = Number(form.get('days'))
        await api.ban({ did: banned.did, reason, untilMs: days > 0 ? Date.now() + days * DAY_MS : null })
        notify(t.done, { type: 'good' })
        onDone()
      }}
      onClose={onClose}
    >
      <TextField label={t.banDays} hint={t.banDaysHint} name="days" type="number" min={1} max={3650} />
    </ReasonDialog>
  )
}
