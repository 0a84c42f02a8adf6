import { type FormEvent, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { messageOf } from '../../components/errors.ts'
import { TextArea } from '../../components/Field.tsx'
import { notify } from '../../components/toasts.ts'
import { useNode } from '../../node/context.tsx'
import { texts } from '../../texts/texts.ts'

const say = texts.torrent.peers

export function AddPeers({ id }: { readonly id: string }) {
  const { api } = useNode()
  const [open, setOpen] = useState(false)
  const [written, setWritten] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const addresses = written.split(/[\s,]+/).filter(Boolean)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await api.addPeers({ id, addresses })
      setOpen(false)
      setWritten('')
      notify(say.added, { type: 'good' })
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <>
      <Button size="small" icon="plus" onClick={() => setOpen(true)}>
        {say.add}
      </Button>
      <Dialog
        open={open}
        title={say.addTitle}
        onClose={() => setOpen(false)}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>{texts.app.cancel}</Button>
            <Button variant="primary" type="submit" form="add-peers" disabled={addresses.length === 0}>
              {say.addConfirm}
            </Button>
          </>
        }
      >
        <form id="add-peers" onSubmit={event => void submit(event)}>
          <TextArea
            label={say.addLabel}
            hint={say.addHint}
            error={problem}
            rows={4}
            spellCheck={false}
            value={written}
            onChange={event => {
              setWritten(event.target.value)
              setProblem(null)
            }}
          />
        </form>
      </Dialog>
    </>
  )
}
