import { useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { SwitchField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { PassphraseFields } from '../../../shared/forms/SealFields.tsx'
import { texts } from '../../../shared/messages/chat.ts'
import { texts as sealing } from '../../../shared/messages/sealing.ts'
import { FormProblem, twice } from '../../../shared/sealing/seal-form.ts'
import { useChatClient } from '../chat-client.ts'
import { saveStream } from './save-stream.ts'
import { Counted } from './TransferProgress.tsx'
import { useStopping } from './use-stopping.ts'

const t = texts.history

/** Saves the history as a file, encrypted with a passphrase unless the user chooses otherwise. */
export default function ExportDialog({ onClose }: { onClose(): void }) {
  const { api } = useChatClient()
  const { isBusy, failure, run } = useWork()
  const [isPlain, setPlain] = useState(false)
  const [progress, setProgress] = useState<readonly [number, number | null] | null>(null)
  const [saved, setSaved] = useState<number | null>(null)
  const stopping = useStopping()
  const submit = (form: FormData) =>
    run(async () => {
      setSaved(null)
      const passphrase = isPlain ? null : twice(String(form.get('passphrase')), String(form.get('again')))
      const signal = stopping.begin()
      let messages = 0
      const onProgress = (count: number, total: number | null) => {
        messages = count
        setProgress([count, total])
      }
      try {
        const isSaved = await saveStream(`chat-history.${isPlain ? 'jsonl' : 'age'}`, signal, async () => {
          const { writeHistory } = await import('@shoal/chat/history-files')
          return writeHistory(api, { passphrase, signal, onProgress })
        })
        if (isSaved) setSaved(messages)
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        setProgress(null)
      }
    })
  return (
    <FormDialog
      title={t.export}
      confirm={t.write}
      disabled={isBusy}
      {...(isBusy && { other: <Button onClick={stopping.stop}>{t.stop}</Button> })}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className={layout.soft}>{t.exportBody}</p>
      <SwitchField
        label={t.plain}
        hint={t.plainHint}
        checked={isPlain}
        onChange={({ target }) => setPlain(target.checked)}
      />
      {!isPlain && (
        <PassphraseFields say={sealing.make} problem={failure instanceof FormProblem ? failure : null} />
      )}
      {failure !== null && !(failure instanceof FormProblem) && <Problem error={failure} />}
      {progress && <Counted messages={progress[0]} total={progress[1]} />}
      {saved !== null && <p role="status">{t.saved({ count: saved })}</p>}
    </FormDialog>
  )
}
