import type { ChatMessage } from '@shoal/api'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { CopyButton } from '../../../shared/controls/CopyButton.tsx'
import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { TextArea } from '../../../shared/controls/Field.tsx'
import { Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/chat.ts'
import { useChatClient } from '../chat-client.ts'

const t = texts.report

interface Props {
  readonly conversation: string
  readonly message: ChatMessage
  onClose(): void
}

/** The proof that a person sent a message, to copy for a moderator. */
export default function ReportDialog({ conversation, message, onClose }: Props) {
  const { api } = useChatClient()
  const asked = useAnswer(
    signal => api.reportMessage({ conversation, message: message.id }, { signal }),
    [conversation, message.id],
  )
  return (
    <Dialog
      open
      title={t.title}
      description={t.body}
      onClose={onClose}
      footer={
        asked.value && (
          <CopyButton variant="primary" text={asked.value.report}>
            {t.copy}
          </CopyButton>
        )
      }
    >
      {asked.value ? (
        <TextArea label={t.evidence} value={asked.value.report} rows={6} readOnly className={layout.mono} />
      ) : (
        <Waiting asked={asked} />
      )}
    </Dialog>
  )
}
