import type { Tracker } from '@shoal/api'
import { useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { messageOf } from '../../components/errors.ts'
import { TextArea } from '../../components/Field.tsx'
import { FormDialog } from '../../components/FormDialog.tsx'
import { notify } from '../../components/toasts.ts'
import { useNode } from '../../node/context.tsx'
import { texts } from '../../texts/texts.ts'
import { linesOf, tiersOf } from './tracker-rows.ts'

const say = texts.torrent.trackers

export function EditTrackers(props: { id: string; items: readonly Tracker[]; onSaved: () => void }) {
  const { api } = useNode()
  const [written, setWritten] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const submit = async () => {
    try {
      await api.setTrackers({ id: props.id, tiers: tiersOf(written ?? '') })
      setWritten(null)
      props.onSaved()
      notify(say.saved, { type: 'good' })
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <>
      <Button size="small" icon="edit" onClick={() => setWritten(linesOf(props.items))}>
        {say.edit}
      </Button>
      <FormDialog
        wide
        open={written !== null}
        title={say.editTitle}
        confirm={texts.app.save}
        onSubmit={submit}
        onClose={() => setWritten(null)}
      >
        <TextArea
          label={say.editLabel}
          hint={say.editHint}
          error={problem}
          rows={12}
          spellCheck={false}
          value={written ?? ''}
          onChange={event => {
            setWritten(event.target.value)
            setProblem(null)
          }}
        />
      </FormDialog>
    </>
  )
}
