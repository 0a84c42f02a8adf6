import { useEffect, useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { CopyButton } from '../../../shared/controls/CopyButton.tsx'
import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { TextArea } from '../../../shared/controls/Field.tsx'
import { Problem, Waiting } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { QrCode } from '../../../shared/controls/QrCode.tsx'
import { texts } from '../../../shared/messages/chat.ts'
import { controls } from '../../../shared/messages/controls.ts'
import { useChatClient } from '../chat-client.ts'
import { TransferProgress } from './TransferProgress.tsx'
import { useTransfer } from './use-transfer.ts'

const t = texts.history

/**
 * Shows a code for another device of the user, and the progress of its history transfer. A running
 * transfer continues when the dialog is closed.
 */
export default function BringDialog({ onClose }: { onClose(): void }) {
  const { api } = useChatClient()
  const asked = useTransfer()
  const { failure, run } = useWork()
  const [code, setCode] = useState<string | null>(null)
  const transfer = asked.value
  const ask = () => run(async () => setCode((await api.askForHistory({})).code))
  const isKnown = transfer !== undefined
  const isBusy = transfer?.state === 'running'
  // biome-ignore lint/correctness/useExhaustiveDependencies: a code is requested once, if no transfer is running
  useEffect(() => {
    if (isKnown && !isBusy && code === null) ask()
  }, [isKnown])
  const shown = code !== null || isBusy ? transfer : null
  const isOpen = shown?.state === 'waiting' || shown?.state === 'running'
  const cancel = () => run(async () => void (await api.cancelHistoryTransfer({})))
  return (
    <Dialog
      open
      title={t.bring}
      description={shown?.state === 'waiting' ? t.bringBody : undefined}
      onClose={() => {
        // The code is not visible any longer.
        if (shown?.state === 'waiting') cancel()
        onClose()
      }}
      footer={
        <>
          {isOpen && <Button onClick={cancel}>{t.cancel}</Button>}
          {(shown?.state === 'failed' || shown?.state === 'cancelled') && (
            <Button onClick={ask}>{t.again}</Button>
          )}
          {shown?.state === 'done' && (
            <Button variant="primary" onClick={onClose}>
              {controls.close}
            </Button>
          )}
        </>
      }
    >
      <div className={layout.stack3}>
        {failure !== null && <Problem error={failure} />}
        {!isKnown && <Waiting asked={asked} />}
        {shown?.state === 'waiting' && code !== null && (
          <>
            <QrCode text={code} label={t.code} />
            <TextArea label={t.code} value={code} rows={3} readOnly className={layout.mono} />
            <span>
              <CopyButton size="small" text={code}>
                {t.copy}
              </CopyButton>
            </span>
          </>
        )}
        {shown && <TransferProgress transfer={shown} />}
      </div>
    </Dialog>
  )
}
