import { notify } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/hub.ts'
import { useHub } from '../state/context.tsx'
import { ReasonDialog } from './ReasonDialog.tsx'

/** Content that users report to the moderators, or that a moderator hides or shows again. */
export interface Judged {
  readonly act: 'report' | 'hide' | 'unhide'
  readonly kind: 'listing' | 'comment'
  readonly id: string
}

const t = texts.moderation

interface Props {
  readonly judged: Judged
  onDone(): void
  onClose(): void
}

export function JudgeDialog({ judged: { act, kind, id }, onDone, onClose }: Props) {
  const { api } = useHub()
  if (act === 'report')
    return (
      <ReasonDialog
        title={texts.report.title}
        label={texts.report.reason}
        hint={texts.report.hint}
        confirm={texts.report.send}
        onSend={reason =>
          api.report({ kind, id, reason }).then(() => notify(texts.report.sent, { type: 'good' }))
        }
        onClose={onClose}
      />
    )
  return (
    <ReasonDialog
      title={act === 'hide' ? t.hideTitle : t.unhideTitle}
      label={t.reason}
      hint={t.reasonHint}
      confirm={act === 'hide' ? t.hide : t.unhide}
      onSend={async reason => {
        await api[act]({ kind, id, reason })
        notify(t.done, { type: 'good' })
        onDone()
      }}
      onClose={onClose}
    />
  )
}
