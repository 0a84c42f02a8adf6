import { useState } from 'react'
import { Button } from '../../../../shared/controls/Button.tsx'
import { TextArea } from '../../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../../shared/controls/FormDialog.tsx'
import { notify } from '../../../../shared/controls/toasts.ts'
import { messageOf } from '../../../../shared/format/errors.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { addressesIn } from '../../../../shared/node/addresses.ts'
import { useNode } from '../../../../shared/node/context.tsx'

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
