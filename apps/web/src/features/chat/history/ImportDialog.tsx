import { useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../shared/controls/FormDialog.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/chat.ts'
import { useChatClient } from '../chat-client.ts'
import { Counted } from './TransferProgress.tsx'
import { useStopping } from './use-stopping.ts'

const t = texts.history
/** Number of bytes that show whether a file is encrypted. */
const HEAD_BYTES = 64

/** Imports the messages of an exported file. */
export default function ImportDialog({ onClose }: { onClose(): void }) {
  const { api } = useChatClient()
  const { isBusy, failure, run } = useWork()
  const [isSealed, setSealed] = useState(false)
  const [messages, setMessages] = useState<number | null>(null)
  const [added, setAdded] = useState<number | null>(null)
  const stopping = useStopping()
  const inspect = (file: File | undefined) =>
    run(async () => {
      setAdded(null)
      const { isSealedHistory } = await import('@shoal/chat/history-files')
      const head = await file?.slice(0, HEAD_BYTES).arrayBuffer()
      setSealed(head !== undefined && isSealedHistory(new Uint8Array(head)))
    })
  const submit = (form: FormData) =>
    run(async () => {
      const file = form.get('file') as File
      const signal = stopping.begin()
      setAdded(null)
      setMessages(0)
      try {
        const { readHistory } = await import('@shoal/chat/history-files')
        const passphrase = isSealed ? String(form.get('passphrase')) : null
        const read = await readHistory(api, file.stream(), { passphrase, signal, onProgress: setMessages })
        setAdded(read.added)
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        setMessages(null)
      }
    })
  return (
    <FormDialog
      title={t.import}
      confirm={t.read}
      disabled={isBusy}
      {...(isBusy && { other: <Button onClick={stopping.stop}>{t.stop}</Button> })}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className={layout.soft}>{t.importBody}</p>
      <TextField
        label={t.file}
        name="file"
        type="file"
        accept=".age,.jsonl"
        required
        onChange={({ target }) => inspect(target.files?.[0])}
      />
      {isSealed && (
        <TextField label={t.passphrase} name="passphrase" type="password" required autoComplete="off" />
      )}
      {failure !== null && <Problem error={failure} />}
      {messages !== null && <Counted messages={messages} total={null} />}
      {added !== null && <p role="status">{t.loaded({ count: added })}</p>}
    </FormDialog>
  )
}
