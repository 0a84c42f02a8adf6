import { useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { messageOf } from '../../components/errors.ts'
import { TextArea } from '../../components/Field.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { notify } from '../../components/toasts.ts'
import { addressesIn } from '../../node/addresses.ts'
import { useNode } from '../../node/context.tsx'
import { texts } from '../../texts/texts.ts'

const say = texts.torrent.peers

export function AddPeers({ id }: { readonly id: string }) {
  const { api } = useNode()
  const [open, setOpen] = useState(false)
  const [written, setWritten] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const addresses = addressesIn(written)
  const submit = async () => {
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
      <FormDialog
        open={open}
        title={say.addTitle}
        confirm={say.addConfirm}
        disabled={addresses.length === 0}
        onSubmit={submit}
        onClose={() => setOpen(false)}
      >
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
      </FormDialog>
    </>
  )
}
