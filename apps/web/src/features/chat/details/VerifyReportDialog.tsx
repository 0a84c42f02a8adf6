import type { ChatReported } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { nameOf, shownText } from '../../../shared/chat/shown-text.ts'
import { TextArea } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { formatDate } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { useChatClient } from '../chat-client.ts'

const t = texts.report

/** Verifies a report from another person, and shows the one message that it proves. */
export default function VerifyReportDialog({ onClose }: { onClose(): void }) {
  const { api } = useChatClient()
  const { isBusy, failure, run } = useWork()
  const [reported, setReported] = useState<ChatReported | null>(null)
  const submit = (form: FormData) =>
    run(async () => {
      setReported(null)
      setReported(await api.verifyReport({ report: String(form.get('report')).trim() }))
    })
  return (
    <FormDialog title={t.verify} confirm={t.check} disabled={isBusy} onSubmit={submit} onClose={onClose}>
      <TextArea label={t.evidence} name="report" rows={5} required spellCheck={false} />
      {failure !== null && <Problem error={failure} />}
      {reported && (
        <div className={layout.stack2} role="status">
          <p>
            {t.proved({
              name: nameOf(reported.sender),
              device: shownName(reported.device),
              date: formatDate(reported.sentMs),
            })}
          </p>
          <p className={`${layout.mono} ${layout.break}`}>{reported.sender.did}</p>
          <blockquote className={layout.break}>{shownText(reported.text)}</blockquote>
        </div>
      )}
    </FormDialog>
  )
}
