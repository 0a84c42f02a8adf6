import { useId, useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { Dialog } from '../../../shared/controls/Dialog.tsx'
import { TextArea } from '../../../shared/controls/Field.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/chat.ts'
import { controls } from '../../../shared/messages/controls.ts'
import { CodeReader } from '../../../shared/scanning/CodeReader.tsx'
import { useChatClient } from '../chat-client.ts'
import { TransferProgress } from './TransferProgress.tsx'
import { useTransfer } from './use-transfer.ts'

const t = texts.history
const PREFIX = 'shoal-history:'

/**
 * Sends the history to another device of the user, whose code is scanned or pasted. A running
 * transfer continues when the dialog is closed.
 */
export default function GiveDialog({ onClose }: { onClose(): void }) {
  const client = useChatClient()
  const { api } = client
  const form = useId()
  const { value: transfer, set } = useTransfer()
  const hubs = useAnswer(signal => client.listHubs(signal), [client]).value ?? []
  const { isBusy, failure, run } = useWork()
  const [isBegun, setBegun] = useState(false)
  const shown = transfer?.direction === 'away' && (isBegun || transfer.state === 'running') ? transfer : null
  const isRunning = shown?.state === 'running'
  const isDone = shown?.state === 'done'
  const give = (code: string) =>
    run(async () => {
      setBegun(false)
      // Any hub with both devices works: of several, the first that accepts is used.
      const begun = await firstOf(
        hubs.map(({ url }) => url),
        hub => api.giveHistory({ code: code.trim(), ...(hub !== undefined && { hub }) }),
      )
      set(begun.transfer)
      setBegun(true)
    })
  return (
    <Dialog
      open
      title={t.give}
      description={shown ? undefined : t.giveBody}
      onClose={onClose}
      footer={
        <>
          {isRunning && (
            <Button onClick={() => run(async () => void (await api.cancelHistoryTransfer({})))}>
              {t.cancel}
            </Button>
          )}
          {isDone && (
            <Button variant="primary" onClick={onClose}>
              {controls.close}
            </Button>
          )}
          {!isRunning && !isDone && (
            <>
              <Button onClick={onClose}>{controls.cancel}</Button>
              <Button type="submit" form={form} variant="primary" disabled={isBusy}>
                {t.send}
              </Button>
            </>
          )}
        </>
      }
    >
      <div className={layout.stack3}>
        {failure !== null && <Problem error={failure} />}
        {shown && <TransferProgress transfer={shown} />}
        {!isRunning && !isDone && (
          <>
            <form
              id={form}
              onSubmit={event => {
                event.preventDefault()
                give(String(new FormData(event.currentTarget).get('code')))
              }}
            >
              <TextArea label={t.shownCode} name="code" rows={3} required spellCheck={false} />
            </form>
            <CodeReader prefix={PREFIX} disabled={isBusy} onCode={give} />
          </>
        )}
      </div>
    </Dialog>
  )
}

/** Tries one hub after the other, until the device can be reached on one. */
async function firstOf<T>(hubs: readonly string[], run: (hub?: string) => Promise<T>): Promise<T> {
  const [first, ...rest] = hubs
  if (rest.length === 0) return run(first)
  return run(first).catch((error: { code?: unknown }) => {
    if (error.code !== 'no-devices') throw error
    return firstOf(rest, run)
  })
}
