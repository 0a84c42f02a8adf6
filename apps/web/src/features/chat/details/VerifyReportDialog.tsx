import type { ChatHubProof, ChatReported } from '@shoal/api'
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
/** The beginning of a proof about a hub; any other text is a report. */
const HUB_PROOF = 'shoal-hub-proof:'

/**
 * Verifies a report from another person, and shows the one message that it proves, or a proof about
 * a hub.
 */
export default function VerifyReportDialog({ onClose }: { onClose(): void }) {
  const { api } = useChatClient()
  const { isBusy, failure, run } = useWork()
  const [reported, setReported] = useState<ChatReported | null>(null)
  const [proved, setProved] = useState<ChatHubProof | null>(null)
  const submit = (form: FormData) =>
    run(async () => {
      setReported(null)
      setProved(null)
      const text = String(form.get('report')).trim()
      if (text.startsWith(HUB_PROOF)) setProved(await api.verifyHubProof({ proof: text }))
      else setReported(await api.verifyReport({ report: text }))
    })
  return (
    <FormDialog title={t.verify} confirm={t.check} disabled={isBusy} onSubmit={submit} onClose={onClose}>
      <TextArea label={t.evidence} hint={t.hint} name="report" rows={5} required spellCheck={false} />
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
      {proved && <ProvedOfHub proved={proved} />}
    </FormDialog>
  )
}

function ProvedOfHub({ proved }: { readonly proved: ChatHubProof }) {
  const { hub, joinedHub, sequence, heads } = proved
  return (
    <div className={layout.stack2} role="status">
      <p>{joinedHub ? t.hubProved({ hub: `${joinedHub.name} (${joinedHub.url})` }) : t.keyProved}</p>
      <p className={layout.break}>
        {t.hubKey}: <span className={layout.mono}>{hub}</span>
      </p>
      {heads.map(({ hash, signedMs }) => (
        <p key={hash} className={layout.break}>
          {t.head({ sequence, date: formatDate(signedMs) })}: <span className={layout.mono}>{hash}</span>
        </p>
      ))}
    </div>
  )
}
